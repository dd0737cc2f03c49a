// What the topics share: reading JSON, answering JSON and text.
package main

import (
	"encoding/json/v2"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// integer tells whether the text is one, of digits alone, and within the limits.
func integer(text string, least, most int) (n int, ok bool) {
	parsed, err := strconv.ParseUint(text, 10, 31)
	n = int(parsed)
	return n, err == nil && n >= least && n <= most
}

// readJSON decodes the request's body, or answers what is wrong with it.
func readJSON(w http.ResponseWriter, r *http.Request) (value any, ok bool) {
	err := json.UnmarshalRead(http.MaxBytesReader(w, r.Body, 1<<20), &value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
	return value, err == nil
}

// writeJSON encodes before it answers: a part of the URL may hold bytes that are not UTF-8.
func writeJSON(w http.ResponseWriter, status int, value any) {
	// Deterministic sorts a map's keys, as version 1 of the package does: equal answers are equal bytes.
	body, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}

func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, strings.ToValidUTF8(text, "\uFFFD"))
}
