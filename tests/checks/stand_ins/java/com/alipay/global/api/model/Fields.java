package com.alipay.global.api.model;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is set, as JSON: sorted, compact, without what is not set. Part of a stand-in: see DefaultAlipayClient. */
public abstract class Fields {
    private final Map<String, Object> fields = new TreeMap<>();

    protected void put(String name, Object value) {
        fields.put(name, value);
    }

    @Override
    public String toString() {
        return fields.entrySet().stream()
            .map(field -> quoted(field.getKey()) + ":" + json(field.getValue()))
            .collect(Collectors.joining(",", "{", "}"));
    }

    private static String json(Object value) {
        return value instanceof Fields ? value.toString() : quoted(value.toString());
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
