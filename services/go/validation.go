// Validation: a nested order, decoded, checked and added up.
package main

import (
	"encoding/json/v2"
	"fmt"
	"net/http"
	"net/mail"
	"unicode/utf8"
)

type order struct {
	Customer struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	} `json:"customer"`
	Address struct {
		Street   string `json:"street"`
		City     string `json:"city"`
		Postcode string `json:"postcode"`
		Country  string `json:"country"`
	} `json:"address"`
	Lines []orderLine `json:"lines"`
}

type orderLine struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
	Price    *int   `json:"price"` // a pointer, since 0 is a price
}

func validate(w http.ResponseWriter, r *http.Request) {
	var o order
	err := json.UnmarshalRead(http.MaxBytesReader(w, r.Body, 1<<20), &o)
	if err == nil {
		err = o.check()
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	answer := struct {
		Customer string `json:"customer"`
		Quantity int    `json:"quantity"`
		Totals   []int  `json:"totals"`
		Total    int    `json:"total"`
	}{Customer: o.Customer.Name}
	for _, line := range o.Lines {
		total := line.Quantity * *line.Price
		answer.Quantity += line.Quantity
		answer.Totals = append(answer.Totals, total)
		answer.Total += total
	}
	writeJSON(w, http.StatusOK, answer)
}

// check tells what is wrong first. Neither net/http nor encoding/json knows rules for values, so they stand here.
func (o *order) check() error {
	texts := []struct {
		field, text string
		min, max    int
	}{
		{"customer.name", o.Customer.Name, 1, 100},
		{"address.street", o.Address.Street, 1, 100},
		{"address.city", o.Address.City, 1, 100},
		{"address.postcode", o.Address.Postcode, 1, 10},
		{"address.country", o.Address.Country, 2, 2},
	}
	for _, t := range texts {
		if err := checkRange(t.field, utf8.RuneCountInString(t.text), t.min, t.max); err != nil {
			return err
		}
	}
	if _, err := mail.ParseAddress(o.Customer.Email); err != nil {
		return fmt.Errorf("customer.email: %w", err)
	}
	if err := checkRange("lines", len(o.Lines), 1, 100); err != nil {
		return err
	}
	for i, line := range o.Lines {
		if err := line.check(); err != nil {
			return fmt.Errorf("lines.%d.%w", i, err)
		}
	}
	return nil
}

func (l orderLine) check() error {
	if err := checkRange("sku", utf8.RuneCountInString(l.SKU), 1, 32); err != nil {
		return err
	}
	if err := checkRange("quantity", l.Quantity, 1, 1_000); err != nil {
		return err
	}
	if l.Price == nil {
		return fmt.Errorf("price: missing")
	}
	return checkRange("price", *l.Price, 0, 1_000_000)
}

// checkRange holds for numbers, and for the lengths of texts and lists.
func checkRange(field string, n, min, max int) error {
	if n < min || n > max {
		return fmt.Errorf("%s: %d is not between %d and %d", field, n, min, max)
	}
	return nil
}
