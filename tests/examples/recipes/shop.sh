#!/usr/bin/env bash
set -euo pipefail
path=/ams/sandbox/api/v1/payments/createPaymentSession
time=$(date +%s)000
amount='{"currency": "USD", "value": "100"}'
body='{"productCode": "CASHIER_PAYMENT", "paymentRequestId": "curl-'$time-$RANDOM'",
  "order": {"referenceOrderId": "order-1", "orderDescription": "a cup of tea", "orderAmount": '$amount'},
  "paymentAmount": '$amount', "paymentMethod": {"paymentMethodType": "ALIPAY_CN"},
  "settlementStrategy": {"settlementCurrency": "USD"}, "paymentRedirectUrl": "https://shop.example/thanks"}'
signature=$(printf 'POST %s\n%s.%s.%s' "$path" "$ALIPAY_CLIENT_ID" "$time" "$body" |
  openssl dgst -sha256 -keyform DER -sign <(openssl base64 -d -A <<<"$ALIPAY_MERCHANT_PRIVATE_KEY") |
  openssl base64 -A | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g')
curl -sS "$ALIPAY_GATEWAY_URL$path" --data-binary "$body" -H 'content-type: application/json; charset=UTF-8' \
  -H "client-id: $ALIPAY_CLIENT_ID" -H "request-time: $time" \
  -H "signature: algorithm=RSA256,keyVersion=1,signature=$signature"
