// Package responsePay stands in for the Go SDK's response/pay. As there, an embedded Result is shadowed and stays empty.
package responsePay

import "github.com/alipay/global-open-sdk-go/com/alipay/api/model"

type AlipayResponse struct {
	Result model.Result `json:"result"`
}

type AlipayPaymentSessionResponse struct {
	AlipayResponse
	Result           *model.Result `json:"result,omitempty"`
	PaymentSessionId string        `json:"paymentSessionId,omitempty"`
}
