package com.alipay.global.api.model.ams;

import com.alipay.global.api.model.Fields;

/** Its own builder. Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public class Order extends Fields {
    public static Order builder() {
        return new Order();
    }

    public Order referenceOrderId(String value) {
        put("referenceOrderId", value);
        return this;
    }

    public Order orderDescription(String value) {
        put("orderDescription", value);
        return this;
    }

    public Order orderAmount(Amount value) {
        put("orderAmount", value);
        return this;
    }

    public Order build() {
        return this;
    }
}
