package com.alipay.global.api.model;

/** Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public class Result {
    private final String resultCode;

    public Result(String resultCode) {
        this.resultCode = resultCode;
    }

    public String getResultCode() {
        return resultCode;
    }
}
