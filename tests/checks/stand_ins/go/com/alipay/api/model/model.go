// Package model stands in for the Go SDK's model: the fields that the recipe uses.
package model

type ProductCodeType string

type Amount struct {
	Currency string `json:"currency,omitempty"`
	Value    string `json:"value,omitempty"`
}

func NewAmount(value string, currency string) *Amount {
	return &Amount{Currency: currency, Value: value}
}

type Order struct {
	ReferenceOrderId string  `json:"referenceOrderId,omitempty"`
	OrderDescription string  `json:"orderDescription,omitempty"`
	OrderAmount      *Amount `json:"orderAmount,omitempty"`
}

type PaymentMethod struct {
	PaymentMethodType string `json:"paymentMethodType,omitempty"`
}

type SettlementStrategy struct {
	SettlementCurrency string `json:"settlementCurrency,omitempty"`
}

type Result struct {
	ResultCode    string `json:"resultCode,omitempty"`
	ResultStatus  string `json:"resultStatus,omitempty"`
	ResultMessage string `json:"resultMessage,omitempty"`
}
