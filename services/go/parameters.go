// Parameters: from the path, from the query string, and one that has to be digits.
package main

import (
	"net/http"
	"strconv"
)

func greet(w http.ResponseWriter, r *http.Request) {
	writeText(w, "hello "+r.PathValue("name"))
}

func greetInfo(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Name string `json:"name"`
		Info string `json:"info"`
	}{r.PathValue("name"), r.PathValue("info")})
}

func number(w http.ResponseWriter, r *http.Request) {
	// ServeMux has no patterns for a segment; ParseUint takes digits alone, no sign.
	n, err := strconv.ParseUint(r.PathValue("digits"), 10, 64)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Number uint64 `json:"number"`
	}{n})
}

func query(w http.ResponseWriter, r *http.Request) {
	args := r.URL.Query()
	answer := struct {
		Name []string `json:"name"`
		Age  *string  `json:"age"`
	}{Name: args["name"]}
	if args.Has("age") {
		age := args.Get("age")
		answer.Age = &age
	}
	writeJSON(w, http.StatusOK, answer)
}
