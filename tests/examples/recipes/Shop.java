import com.alipay.global.api.AlipayClient;
import com.alipay.global.api.DefaultAlipayClient;
import com.alipay.global.api.model.ams.*;
import com.alipay.global.api.request.ams.pay.AlipayPaymentSessionRequest;
import com.alipay.global.api.response.ams.pay.AlipayPaymentSessionResponse;
import java.util.UUID;

public class Shop {
    public static void main(String[] args) throws Exception {
        AlipayClient client = new DefaultAlipayClient(
            System.getenv("ALIPAY_GATEWAY_TLS_URL"), System.getenv("ALIPAY_MERCHANT_PRIVATE_KEY"),
            System.getenv("ALIPAY_PUBLIC_KEY"), System.getenv("ALIPAY_CLIENT_ID"));
        Amount amount = Amount.builder().currency("USD").value("100").build();
        AlipayPaymentSessionRequest request = new AlipayPaymentSessionRequest();
        request.setProductCode(ProductCodeType.CASHIER_PAYMENT);
        request.setPaymentRequestId("java-" + UUID.randomUUID());
        request.setOrder(Order.builder().referenceOrderId("order-1")
            .orderDescription("a cup of tea").orderAmount(amount).build());
        request.setPaymentAmount(amount);
        request.setPaymentMethod(PaymentMethod.builder().paymentMethodType("ALIPAY_CN").build());
        request.setSettlementStrategy(SettlementStrategy.builder().settlementCurrency("USD").build());
        request.setPaymentRedirectUrl("https://shop.example/thanks");
        AlipayPaymentSessionResponse response = client.execute(request);
        System.out.println(response.getResult().getResultCode() + " " + response.getPaymentSessionId());
    }
}
