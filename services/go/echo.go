// Echo: what the service sees of a request, and its JSON body decoded and encoded again.
package main

import (
	"net/http"
	"strings"
)

func showRequest(w http.ResponseWriter, r *http.Request) {
	headers := map[string]string{}
	for name, values := range r.Header {
		if strings.HasPrefix(name, "X-") {
			headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	writeJSON(w, http.StatusOK, struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Query   string            `json:"query"`
		Headers map[string]string `json:"headers"`
	}{r.Method, r.URL.Path, r.URL.RawQuery, headers})
}

func echo(w http.ResponseWriter, r *http.Request) {
	if value, ok := readJSON(w, r); ok {
		writeJSON(w, http.StatusOK, value)
	}
}
