using System;
using com.alipay.ams.api;
using com.alipay.ams.api.entities;
using com.alipay.ams.api.request.pay;

var client = new DefaultAlipayClient(
    Environment.GetEnvironmentVariable("ALIPAY_GATEWAY_URL"),
    Environment.GetEnvironmentVariable("ALIPAY_CLIENT_ID"),
    Environment.GetEnvironmentVariable("ALIPAY_MERCHANT_PRIVATE_KEY"),
    Environment.GetEnvironmentVariable("ALIPAY_PUBLIC_KEY"));
var amount = new Amount("USD", "100");
var response = client.Execute(new AlipayPaymentSessionRequest
{
    ProductCode = ProductCodeType.CASHIER_PAYMENT,
    PaymentRequestId = "net-" + Guid.NewGuid(),
    Order = new Order { ReferenceOrderId = "order-1", OrderDescription = "a cup of tea", OrderAmount = amount },
    PaymentAmount = amount,
    PaymentMethod = new PaymentMethod { PaymentMethodType = "ALIPAY_CN" },
    SettlementStrategy = new SettlementStrategy { SettlementCurrency = "USD" },
    PaymentRedirectUrl = "https://shop.example/thanks",
});
Console.WriteLine(response.Result.ResultCode + " " + response.PaymentSessionId);
