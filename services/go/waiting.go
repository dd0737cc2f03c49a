// Waiting: an answer that takes time, but no work.
package main

import (
	"net/http"
	"strconv"
	"time"
)

func sleep(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.ParseUint(r.PathValue("ms"), 10, 32)
	if err != nil || ms > 10_000 {
		http.NotFound(w, r)
		return
	}
	time.Sleep(time.Duration(ms) * time.Millisecond)
	writeJSON(w, http.StatusOK, struct {
		Ms uint64 `json:"ms"`
	}{ms})
}
