package main

import (
	"fmt"
	"log"
	"os"
	"time"

	alipay "github.com/alipay/global-open-sdk-go/com/alipay/api"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/model"
	"github.com/alipay/global-open-sdk-go/com/alipay/api/request/pay"
	responsePay "github.com/alipay/global-open-sdk-go/com/alipay/api/response/pay"
)

func main() {
	client := alipay.NewDefaultAlipayClient(os.Getenv("ALIPAY_GATEWAY_URL"), os.Getenv("ALIPAY_CLIENT_ID"),
		os.Getenv("ALIPAY_MERCHANT_PRIVATE_KEY"), os.Getenv("ALIPAY_PUBLIC_KEY"))
	amount := model.NewAmount("100", "USD")
	request, session := pay.NewAlipayPaymentSessionRequest()
	session.ProductCode = "CASHIER_PAYMENT"
	session.PaymentRequestId = fmt.Sprintf("go-%d", time.Now().UnixNano())
	session.Order = &model.Order{ReferenceOrderId: "order-1", OrderDescription: "a cup of tea", OrderAmount: amount}
	session.PaymentAmount = amount
	session.PaymentMethod = &model.PaymentMethod{PaymentMethodType: "ALIPAY_CN"}
	session.SettlementStrategy = &model.SettlementStrategy{SettlementCurrency: "USD"}
	session.PaymentRedirectUrl = "https://shop.example/thanks"
	reply, err := client.Execute(request)
	if err != nil {
		log.Fatal(err)
	}
	response := reply.(*responsePay.AlipayPaymentSessionResponse)
	fmt.Println(response.Result.ResultCode, response.PaymentSessionId)
}
