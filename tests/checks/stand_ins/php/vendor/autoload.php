<?php
/*
 * A stand-in for the PHP SDK, made from the bytes that version 1.5.5 was seen to send and from how it was seen to check
 * replies: it is NOT the SDK. It has the few classes that the recipe uses, under the same names.
 */

namespace Model {
    class ProductCodeType
    {
        public const CASHIER_PAYMENT = 'CASHIER_PAYMENT';
    }

    /** Takes its fields as an array, as the SDK's generated models do. */
    abstract class Fields implements \JsonSerializable
    {
        public function __construct(private array $fields = [])
        {
        }

        public function jsonSerialize(): mixed
        {
            return (object) array_filter($this->fields, fn ($value) => $value !== null);
        }
    }

    class Amount extends Fields
    {
    }

    class Order extends Fields
    {
    }

    class PaymentMethod extends Fields
    {
    }

    class SettlementStrategy extends Fields
    {
    }
}

namespace Request\pay {
    class AlipayPaymentSessionRequest implements \JsonSerializable
    {
        private const SETTERS = ['setProductCode', 'setPaymentRequestId', 'setOrder', 'setPaymentAmount',
            'setPaymentMethod', 'setSettlementStrategy', 'setPaymentRedirectUrl'];

        private array $fields = [];

        public function __call(string $name, array $arguments): void
        {
            if (!in_array($name, self::SETTERS, true)) {
                throw new \BadMethodCallException($name);
            }
            $this->fields[lcfirst(substr($name, 3))] = $arguments[0];
        }

        public function jsonSerialize(): mixed
        {
            return $this->fields;
        }
    }
}

namespace Client {
    class DefaultAlipayClient
    {
        private const PATH = '/ams/api/v1/payments/createPaymentSession';

        public function __construct(
            private string $gatewayUrl,
            private string $merchantPrivateKey,
            private string $alipayPublicKey,
            private string $clientId
        ) {
        }

        public function execute($request)
        {
            $path = self::PATH;
            if (strpos($this->clientId, 'SANDBOX_') === 0) {
                $path = preg_replace('/\/ams\/api/', '/ams/sandbox/api', $path, 1);
            }
            [$time, $body] = [date(DATE_ISO8601), json_encode($request)];
            openssl_sign(
                "POST $path\n{$this->clientId}.$time.$body",
                $signature,
                $this->pem('RSA PRIVATE', $this->merchantPrivateKey),
                OPENSSL_ALGO_SHA256
            );
            [$head, $content] = $this->post(rtrim($this->gatewayUrl, '/') . $path, $body, [
                'Content-Type:application/json; charset=UTF-8',
                'Request-Time:' . $time,
                'client-id:' . $this->clientId,
                'Signature:algorithm=RSA256,keyVersion=1,signature=' . urlencode(base64_encode($signature)),
                'User-Agent:global-open-sdk-php/1.5.5',
            ]);
            $reply = json_decode($content);
            if (!isset($reply->result)) {
                throw new \Exception('Response data error,result field is null,rspBody:' . $content);
            }
            $this->check($head, "POST $path\n{$this->clientId}.", $content);
            return $reply;
        }

        private function post(string $url, string $body, array $headers): array
        {
            $curl = curl_init($url);
            curl_setopt_array($curl, [
                CURLOPT_RETURNTRANSFER => true,
                CURLOPT_HEADER => true,
                CURLOPT_HTTPHEADER => $headers,
                CURLOPT_POST => true,
                CURLOPT_POSTFIELDS => $body,
                CURLOPT_SSL_VERIFYPEER => false, // the host's name is checked all the same: CURLOPT_SSL_VERIFYHOST is 2
            ]);
            $received = curl_exec($curl);
            if (curl_getinfo($curl, CURLINFO_HTTP_CODE) !== 200) {
                throw new \Exception('HttpRpcResult is null.');
            }
            $size = curl_getinfo($curl, CURLINFO_HEADER_SIZE);
            return [substr($received, 0, $size), substr($received, $size)];
        }

        /** Any line that holds the words counts, but in lower case only; without them nothing is checked. */
        private function check(string $head, string $signed, string $content): void
        {
            $time = $signature = '';
            foreach (explode("\r\n", $head) as $line) {
                if (str_contains($line, 'response-time')) {
                    $time = trim(substr($line, strpos($line, ':') + 1));
                } elseif (str_contains($line, 'signature')) {
                    $signature = substr($line, strrpos($line, '=') + 1);
                }
            }
            if ($time === '' || trim($signature) === '') {
                return;
            }
            $raw = base64_decode(strpbrk($signature, '=+/') ? $signature : urldecode($signature));
            $key = $this->pem('PUBLIC', $this->alipayPublicKey);
            if (!openssl_verify("$signed$time.$content", $raw, $key, OPENSSL_ALGO_SHA256)) {
                throw new \Exception('Response signature verify fail.');
            }
        }

        private function pem(string $kind, string $key): string
        {
            return "-----BEGIN $kind KEY-----\n" . wordwrap($key, 64, "\n", true) . "\n-----END $kind KEY-----";
        }
    }
}
