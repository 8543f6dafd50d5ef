package com.alipay.global.api.model.ams;

import com.alipay.global.api.model.Fields;

/** Its own builder. Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public class PaymentMethod extends Fields {
    public static PaymentMethod builder() {
        return new PaymentMethod();
    }

    public PaymentMethod paymentMethodType(String value) {
        put("paymentMethodType", value);
        return this;
    }

    public PaymentMethod build() {
        return this;
    }
}
