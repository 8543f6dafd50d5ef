// Package request stands in for the Go SDK's request.
package request

type AlipayRequest struct {
	Param          any
	Path           string
	AlipayResponse any
}
