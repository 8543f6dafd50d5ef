<?php
require 'vendor/autoload.php';

use Client\DefaultAlipayClient;
use Model\{Amount, Order, PaymentMethod, ProductCodeType, SettlementStrategy};
use Request\pay\AlipayPaymentSessionRequest;

$client = new DefaultAlipayClient(
    getenv('ALIPAY_GATEWAY_URL'),
    getenv('ALIPAY_MERCHANT_PRIVATE_KEY'),
    getenv('ALIPAY_PUBLIC_KEY'),
    getenv('ALIPAY_CLIENT_ID')
);
$amount = new Amount(['currency' => 'USD', 'value' => '100']);
$order = ['referenceOrderId' => 'order-1', 'orderDescription' => 'a cup of tea', 'orderAmount' => $amount];
$request = new AlipayPaymentSessionRequest();
$request->setProductCode(ProductCodeType::CASHIER_PAYMENT);
$request->setPaymentRequestId(uniqid('php-'));
$request->setOrder(new Order($order));
$request->setPaymentAmount($amount);
$request->setPaymentMethod(new PaymentMethod(['paymentMethodType' => 'ALIPAY_CN']));
$request->setSettlementStrategy(new SettlementStrategy(['settlementCurrency' => 'USD']));
$request->setPaymentRedirectUrl('https://shop.example/thanks');
$reply = $client->execute($request);
echo $reply->result->resultCode, ' ', $reply->paymentSessionId ?? '', PHP_EOL;
