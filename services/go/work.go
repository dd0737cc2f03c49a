// Work: arithmetic that keeps the CPU busy.
package main

import (
	"net/http"
	"strconv"
)

func cpu(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseUint(r.PathValue("n"), 10, 32)
	if err != nil || n > 100_000 {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Result uint32 `json:"result"`
	}{xorshift(uint32(n))})
}

func xorshift(n uint32) uint32 {
	x := n
	for range n {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
	}
	return x
}
