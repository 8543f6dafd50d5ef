// Package pay stands in for the Go SDK's request/pay.
package pay

import (
	"github.com/alipay/global-open-sdk-go/com/alipay/api/model"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/request"
	responsePay "github.com/alipay/global-open-sdk-go/com/alipay/api/response/pay"
)

type AlipayPaymentSessionRequest struct {
	ProductCode        model.ProductCodeType     `json:"productCode,omitempty"`
	PaymentRequestId   string                    `json:"paymentRequestId,omitempty"`
	Order              *model.Order              `json:"order,omitempty"`
	PaymentAmount      *model.Amount             `json:"paymentAmount,omitempty"`
	PaymentMethod      *model.PaymentMethod      `json:"paymentMethod,omitempty"`
	PaymentRedirectUrl string                    `json:"paymentRedirectUrl,omitempty"`
	SettlementStrategy *model.SettlementStrategy `json:"settlementStrategy,omitempty"`
}

func NewAlipayPaymentSessionRequest() (*request.AlipayRequest, *AlipayPaymentSessionRequest) {
	session := &AlipayPaymentSessionRequest{}
	return &request.AlipayRequest{Param: session, Path: "/ams/api/v1/payments/createPaymentSession",
		AlipayResponse: &responsePay.AlipayPaymentSessionResponse{}}, session
}
