package com.alipay.global.api.model.ams;

/** Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public enum ProductCodeType {
    CASHIER_PAYMENT
}
