package com.alipay.global.api.exception;

/** Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public class AlipayApiException extends Exception {
    public AlipayApiException(String message) {
        super(message);
    }
}
