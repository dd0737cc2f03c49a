// The contract in Go's net/http.
package main

import (
	"container/list"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

const maxBodyBytes = 1 << 20

func main() {
	runtime.GOMAXPROCS(workers())

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", hello)
	mux.HandleFunc("GET /json", helloJSON)
	mux.HandleFunc("GET /greet/{name}", greet)
	mux.HandleFunc("GET /greet/{name}/{info}", greetInfo)
	mux.HandleFunc("GET /number/{digits}", number)
	mux.HandleFunc("GET /query", query)
	mux.HandleFunc("GET /request", inspect)
	mux.HandleFunc("POST /echo", echo)
	items := newStore(1_000)
	mux.HandleFunc("PUT /items/{id}", items.put)
	mux.HandleFunc("GET /items/{id}", items.get)
	mux.HandleFunc("DELETE /items/{id}", items.delete)
	mux.HandleFunc("GET /about", tellAbout)
	log.Fatal(http.ListenAndServe(":8000", mux))
}

func hello(w http.ResponseWriter, r *http.Request) {
	writeText(w, "hello world")
}

func helloJSON(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"hello": "world"})
}

func greet(w http.ResponseWriter, r *http.Request) {
	writeText(w, "hello "+r.PathValue("name"))
}

func greetInfo(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"name": r.PathValue("name"), "info": r.PathValue("info")})
}

func number(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseUint(r.PathValue("digits"), 10, 64) // takes ASCII digits alone, no sign
	if err != nil {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, map[string]uint64{"number": n})
}

func query(w http.ResponseWriter, r *http.Request) {
	args := r.URL.Query()
	answer := struct {
		Name []string `json:"name"`
		Age  *string  `json:"age"`
	}{Name: []string{}}
	if names, ok := args["name"]; ok {
		answer.Name = names
	}
	if args.Has("age") {
		age := args.Get("age")
		answer.Age = &age
	}
	writeJSON(w, http.StatusOK, answer)
}

func inspect(w http.ResponseWriter, r *http.Request) {
	headers := map[string]string{}
	for name, values := range r.Header {
		if strings.HasPrefix(name, "X-") {
			headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"method": r.Method, "path": r.URL.Path, "query": r.URL.RawQuery, "headers": headers,
	})
}

func echo(w http.ResponseWriter, r *http.Request) {
	if value, ok := readJSON(w, r); ok {
		writeJSON(w, http.StatusOK, value)
	}
}

// store holds up to limit items; the oldest makes room for the next.
type store struct {
	sync.RWMutex
	limit int
	byID  map[string]*list.Element
	ages  *list.List
}

type item struct {
	id    string
	value any
}

func newStore(limit int) *store {
	return &store{limit: limit, byID: map[string]*list.Element{}, ages: list.New()}
}

func (s *store) put(w http.ResponseWriter, r *http.Request) {
	value, ok := readJSON(w, r)
	if !ok {
		return
	}
	status := s.set(r.PathValue("id"), value)
	writeJSON(w, status, value)
}

func (s *store) set(id string, value any) (status int) {
	s.Lock()
	defer s.Unlock()
	if element, ok := s.byID[id]; ok {
		element.Value = item{id, value}
		return http.StatusOK
	}
	s.byID[id] = s.ages.PushBack(item{id, value})
	if len(s.byID) > s.limit {
		delete(s.byID, s.ages.Remove(s.ages.Front()).(item).id)
	}
	return http.StatusCreated
}

func (s *store) get(w http.ResponseWriter, r *http.Request) {
	s.RLock()
	element, ok := s.byID[r.PathValue("id")]
	var value any
	if ok {
		value = element.Value.(item).value
	}
	s.RUnlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, value)
}

func (s *store) delete(w http.ResponseWriter, r *http.Request) {
	s.Lock()
	element, ok := s.byID[r.PathValue("id")]
	if ok {
		delete(s.byID, s.ages.Remove(element).(item).id)
	}
	s.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// readJSON decodes the request's body, or answers what is wrong with it.
func readJSON(w http.ResponseWriter, r *http.Request) (value any, ok bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return nil, false
	}
	if err == nil && !utf8.Valid(body) { // Unmarshal would put U+FFFD in the place of what is not UTF-8
		err = errors.New("not UTF-8")
	}
	if err == nil {
		err = json.Unmarshal(body, &value)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
	return value, err == nil
}

func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprint(w, strings.ToValidUTF8(text, "\uFFFD"))
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}

func workers() int {
	n, err := strconv.Atoi(os.Getenv("WORKERS"))
	if err != nil {
		log.Fatal("WORKERS: ", err)
	}
	return n
}
