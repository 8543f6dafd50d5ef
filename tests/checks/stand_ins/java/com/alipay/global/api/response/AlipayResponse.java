package com.alipay.global.api.response;

import com.alipay.global.api.model.Result;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Part of a stand-in for the Java SDK: see DefaultAlipayClient. */
public abstract class AlipayResponse {
    private final String reply;

    protected AlipayResponse(String reply) {
        this.reply = reply;
    }

    public Result getResult() {
        return new Result(text("resultCode"));
    }

    /** A text that holds no escapes; null without it. */
    protected String text(String name) {
        Matcher found = Pattern.compile('"' + name + "\"\\s*:\\s*\"([^\"\\\\]*)\"").matcher(reply);
        return found.find() ? found.group(1) : null;
    }
}
