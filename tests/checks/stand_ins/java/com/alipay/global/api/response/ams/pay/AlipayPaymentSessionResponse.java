package com.alipay.global.api.response.ams.pay;

import com.alipay.global.api.response.AlipayResponse;

/** Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public class AlipayPaymentSessionResponse extends AlipayResponse {
    public AlipayPaymentSessionResponse(String reply) {
        super(reply);
    }

    public String getPaymentSessionId() {
        return text("paymentSessionId");
    }
}
