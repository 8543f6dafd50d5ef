package com.alipay.global.api;

import com.alipay.global.api.exception.AlipayApiException;
import com.alipay.global.api.request.AlipayRequest;
import com.alipay.global.api.response.AlipayResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A stand-in for the Java SDK, made from the bytes that version 2.2.8 was seen to send and from how it was seen to check
 * replies: it is NOT the SDK. It has what the recipe uses, under the same names.
 */
public class DefaultAlipayClient implements AlipayClient {
    private final String gatewayUrl;
    private final String merchantPrivateKey;
    private final String alipayPublicKey;
    private final String clientId;

    public DefaultAlipayClient(
            String gatewayUrl, String merchantPrivateKey, String alipayPublicKey, String clientId) {
        this.gatewayUrl = gatewayUrl.endsWith("/") ? gatewayUrl.substring(0, gatewayUrl.length() - 1) : gatewayUrl;
        this.merchantPrivateKey = merchantPrivateKey;
        this.alipayPublicKey = alipayPublicKey;
        this.clientId = clientId;
    }

    @Override
    public <T extends AlipayResponse> T execute(AlipayRequest<T> request) throws AlipayApiException {
        String path = request.path();
        if (clientId.startsWith("SANDBOX_")) {
            path = path.replaceFirst("/ams/api", "/ams/sandbox/api");
        }
        String start = "POST " + path + "\n" + clientId + ".";
        try {
            return exchange(request, path, start);
        } catch (IOException | GeneralSecurityException e) {
            throw new AlipayApiException(e.toString());
        }
    }

    private <T extends AlipayResponse> T exchange(AlipayRequest<T> request, String path, String start)
            throws IOException, GeneralSecurityException, AlipayApiException {
        String body = request.toString();
        HttpURLConnection connection = connect(gatewayUrl + path);
        String time = String.valueOf(System.currentTimeMillis());
        connection.setRequestProperty("Request-Time", time);
        String signature = URLEncoder.encode(sign(start + time + "." + body), "UTF-8");
        connection.setRequestProperty("Signature", "algorithm=RSA256,keyVersion=1,signature=" + signature);
        connection.setRequestProperty("client-id", clientId);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
        if (connection.getResponseCode() != 200) {
            throw new AlipayApiException("Response data error, HTTP status " + connection.getResponseCode());
        }
        String reply = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!reply.contains("\"result\"")) {
            throw new AlipayApiException("Response data error, result field is null, rspBody:" + reply);
        }
        check(connection.getHeaderField("signature"), connection.getHeaderField("response-time"), start, reply);
        return request.read(reply);
    }

    private static HttpURLConnection connect(String url) throws IOException, GeneralSecurityException, AlipayApiException {
        if (!url.startsWith("https://")) {
            throw new AlipayApiException("Only supports HTTPS.");
        }
        System.setProperty("sun.net.http.allowRestrictedHeaders", "true");
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new AnyCertificate()}, new SecureRandom());
        HttpsURLConnection connection = (HttpsURLConnection) new URL(url).openConnection();
        connection.setSSLSocketFactory(context.getSocketFactory());
        connection.setHostnameVerifier((host, session) -> false); // asked only when the name does not fit
        connection.setConnectTimeout(15000);
        connection.setReadTimeout(15000);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Accept", "text/plain,text/xml,text/javascript,text/html");
        connection.setRequestProperty("User-Agent", "global-open-sdk-java/2.2.8");
        connection.setRequestProperty("Content-Type", "application/json; charset=UTF-8");
        connection.setRequestProperty("Connection", "keep-alive");
        return connection;
    }

    private String sign(String content) throws GeneralSecurityException {
        byte[] der = Base64.getDecoder().decode(merchantPrivateKey);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der)));
        signature.update(content.getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(signature.sign());
    }

    /** Without a time, or a signature as its third part, nothing is checked. */
    private void check(String header, String time, String start, String reply)
            throws IOException, GeneralSecurityException, AlipayApiException {
        String[] parts = header == null ? new String[0] : header.split(",");
        String[] pieces = parts.length < 3 ? new String[0] : parts[2].split("=");
        if (pieces.length != 2 || time == null || time.isEmpty()) {
            return;
        }
        byte[] der = Base64.getDecoder().decode(alipayPublicKey);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der)));
        signature.update((start + time + "." + reply).getBytes(StandardCharsets.UTF_8));
        if (!signature.verify(Base64.getDecoder().decode(URLDecoder.decode(pieces[1], "UTF-8")))) {
            throw new AlipayApiException("Response signature verify fail.");
        }
    }

    private static class AnyCertificate implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
