package com.alipay.global.api.model.ams;

import com.alipay.global.api.model.Fields;

/** Its own builder. Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public class SettlementStrategy extends Fields {
    public static SettlementStrategy builder() {
        return new SettlementStrategy();
    }

    public SettlementStrategy settlementCurrency(String value) {
        put("settlementCurrency", value);
        return this;
    }

    public SettlementStrategy build() {
        return this;
    }
}
