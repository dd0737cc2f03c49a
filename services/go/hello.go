// Hello: an answer that takes no work, as text and as JSON.
package main

import "net/http"

func hello(w http.ResponseWriter, r *http.Request) {
	writeText(w, "hello world")
}

func helloJSON(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Hello string `json:"hello"`
	}{"world"})
}
