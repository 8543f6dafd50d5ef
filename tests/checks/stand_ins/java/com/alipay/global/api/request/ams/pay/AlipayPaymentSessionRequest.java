package com.alipay.global.api.request.ams.pay;

import com.alipay.global.api.model.ams.Amount;
import com.alipay.global.api.model.ams.Order;
import com.alipay.global.api.model.ams.PaymentMethod;
import com.alipay.global.api.model.ams.ProductCodeType;
import com.alipay.global.api.model.ams.SettlementStrategy;
import com.alipay.global.api.request.AlipayRequest;
import com.alipay.global.api.response.ams.pay.AlipayPaymentSessionResponse;

/** Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public class AlipayPaymentSessionRequest extends AlipayRequest<AlipayPaymentSessionResponse> {
    @Override
    public String path() {
        return "/ams/api/v1/payments/createPaymentSession";
    }

    @Override
    public AlipayPaymentSessionResponse read(String reply) {
        return new AlipayPaymentSessionResponse(reply);
    }

    public void setProductCode(ProductCodeType value) {
        put("productCode", value);
    }

    public void setPaymentRequestId(String value) {
        put("paymentRequestId", value);
    }

    public void setOrder(Order value) {
        put("order", value);
    }

    public void setPaymentAmount(Amount value) {
        put("paymentAmount", value);
    }

    public void setPaymentMethod(PaymentMethod value) {
        put("paymentMethod", value);
    }

    public void setSettlementStrategy(SettlementStrategy value) {
        put("settlementStrategy", value);
    }

    public void setPaymentRedirectUrl(String value) {
        put("paymentRedirectUrl", value);
    }
}
