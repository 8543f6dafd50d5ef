package com.alipay.global.api.request;

import com.alipay.global.api.model.Fields;
import com.alipay.global.api.response.AlipayResponse;

/** Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public abstract class AlipayRequest<T extends AlipayResponse> extends Fields {
    public abstract String path();

    public abstract T read(String reply);
}
