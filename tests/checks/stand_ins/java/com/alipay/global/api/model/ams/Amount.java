package com.alipay.global.api.model.ams;

import com.alipay.global.api.model.Fields;

/** Its own builder. Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public class Amount extends Fields {
    public static Amount builder() {
        return new Amount();
    }

    public Amount currency(String value) {
        put("currency", value);
        return this;
    }

    public Amount value(String value) {
        put("value", value);
        return this;
    }

    public Amount build() {
        return this;
    }
}
