// Waiting: an answer that takes time but no work, and one made of what a slow upstream answers.
package main

import (
	"encoding/json/v2"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

var upstream = http.Client{
	Timeout:   timeout,
	Transport: &http.Transport{MaxConnsPerHost: 256, MaxIdleConnsPerHost: 256},
}

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

func fanout(w http.ResponseWriter, r *http.Request) {
	n, ok := integer(r.PathValue("n"), 0, 100)
	start, okStart := integer(r.FormValue("start"), 0, 999_999_999)
	if !ok || !okStart {
		http.Error(w, "Bad Request", http.StatusBadRequest)
		return
	}
	prices, errs := make([]int, n), make([]error, n)
	var quotes sync.WaitGroup
	for i := range n {
		quotes.Go(func() { prices[i], errs[i] = priceOf(start + i) })
	}
	quotes.Wait()
	if err := errors.Join(errs...); err != nil {
		http.Error(w, "Bad Gateway", http.StatusBadGateway)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Prices []int `json:"prices"`
	}{prices})
}

func priceOf(id int) (price int, err error) {
	answer, err := upstream.Get(fmt.Sprintf("%s/quote/%d", os.Getenv("UPSTREAM"), id))
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return 0, errors.New(answer.Status)
	}
	var quote struct {
		Price int `json:"price"`
	}
	err = json.UnmarshalRead(answer.Body, &quote)
	return quote.Price, err
}
