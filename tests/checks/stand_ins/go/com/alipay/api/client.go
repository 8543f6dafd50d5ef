// Package defaultAlipayClient is a stand-in for the Go SDK, made from the bytes that version 1.3.5 was seen to send and
// from how it was seen to check replies: it is NOT the SDK. It has what the recipe uses, under the same names.
package defaultAlipayClient

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alipay/global-open-sdk-go/com/alipay/api/request"
)

type DefaultAlipayClient struct {
	GatewayUrl         string
	ClientId           string
	MerchantPrivateKey string
	AlipayPublicKey    string
	AgentToken         string
	IsSandboxMode      bool
}

func NewDefaultAlipayClient(gatewayUrl, clientId, merchantPrivateKey, alipayPublicKey string, agentTokenOpt ...string) *DefaultAlipayClient {
	return &DefaultAlipayClient{GatewayUrl: gatewayUrl, ClientId: clientId, MerchantPrivateKey: merchantPrivateKey,
		AlipayPublicKey: alipayPublicKey, AgentToken: strings.Join(agentTokenOpt, ""),
		IsSandboxMode: strings.HasPrefix(clientId, "SANDBOX_")}
}

func (client *DefaultAlipayClient) Execute(call *request.AlipayRequest) (any, error) {
	body, err := json.Marshal(call.Param)
	if err != nil {
		return nil, err
	}
	if client.IsSandboxMode {
		call.Path = strings.Replace(call.Path, "/ams/api", "/ams/sandbox/api", 1)
	}
	moment := strconv.FormatInt(time.Now().UnixMilli(), 10)
	signature, err := client.sign(content(call.Path, client.ClientId, moment, body))
	if err != nil {
		return nil, err
	}
	post, err := http.NewRequest("POST", client.GatewayUrl+call.Path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	post.Header.Set("Content-type", "application/json")
	for name, value := range map[string]string{
		"Agent-Token":  client.AgentToken, // sent when it is empty, too
		"Client-Id":    client.ClientId,
		"Content-Type": "application/json; charset=UTF-8", // the second line of this name
		"Key-Version":  "1",
		"Request-Time": moment,
		"Sdk-Version":  "global-open-sdk-go",
		"Signature":    "algorithm=RSA256,keyVersion=1,signature=" + signature,
	} {
		post.Header.Add(name, value)
	}
	return client.send(post, call)
}

func (client *DefaultAlipayClient) send(post *http.Request, call *request.AlipayRequest) (any, error) {
	// A transport of its own, as the SDK makes one: certificates are checked, proxies of the environment are not used.
	http := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
	reply, err := http.Do(post)
	if err != nil {
		return nil, errors.New("client.Do is fail " + err.Error())
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		return nil, err
	}
	// Whatever the status, and with the client id that the reply names.
	signed := content(post.URL.Path, reply.Header.Get("Client-id"), reply.Header.Get("response-time"), body)
	if err := client.check(signed, reply.Header.Get("Signature")); err != nil {
		return nil, errors.New("checkRspSign is fail " + err.Error())
	}
	return call.AlipayResponse, json.Unmarshal(body, call.AlipayResponse)
}

func (client *DefaultAlipayClient) sign(content []byte) (string, error) {
	der, err := base64.StdEncoding.DecodeString(client.MerchantPrivateKey)
	if err != nil {
		return "", err
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(content)
	raw, err := rsa.SignPKCS1v15(rand.Reader, key.(*rsa.PrivateKey), crypto.SHA256, digest[:])
	return url.QueryEscape(base64.StdEncoding.EncodeToString(raw)), err
}

func (client *DefaultAlipayClient) check(content []byte, header string) error {
	_, quoted, found := strings.Cut(header, "signature=")
	if !found {
		return errors.New("empty notify signature")
	}
	text, _ := url.QueryUnescape(quoted)
	raw, _ := base64.StdEncoding.DecodeString(text)
	der, _ := base64.StdEncoding.DecodeString(client.AlipayPublicKey)
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(content)
	if rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, digest[:], raw) != nil {
		return errors.New("signature verification failed")
	}
	return nil
}

func content(path, clientId, moment string, body []byte) []byte {
	return append([]byte("POST "+path+"\n"+clientId+"."+moment+"."), body...)
}
