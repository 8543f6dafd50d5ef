// A stand-in for the Go SDK under its module path: see com/alipay/api/client.go.
module github.com/alipay/global-open-sdk-go

go 1.18
