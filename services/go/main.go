// The contract in Go's net/http: the topics' routes, GET /about.
package main

import (
	"log"
	"net/http"
	"os"
	"runtime"
	"strconv"
)

func main() {
	runtime.GOMAXPROCS(workers())

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", hello)
	mux.HandleFunc("GET /json", helloJSON)
	mux.HandleFunc("GET /greet/{name}", greet)
	mux.HandleFunc("GET /greet/{name}/{info}", greetInfo)
	mux.HandleFunc("GET /number/{digits}", number)
	mux.HandleFunc("GET /query", query)
	mux.HandleFunc("GET /request", showRequest)
	mux.HandleFunc("POST /echo", echo)
	mux.HandleFunc("PUT /items/{id}", putItem)
	mux.HandleFunc("GET /items/{id}", getItem)
	mux.HandleFunc("DELETE /items/{id}", deleteItem)
	mux.HandleFunc("POST /validate", validate)
	mux.HandleFunc("POST /form", readForm)
	mux.HandleFunc("POST /upload", upload)
	mux.HandleFunc("GET /static/{file}", serveStatic)
	mux.HandleFunc("GET /template", showTable)
	mux.HandleFunc("GET /stream/{chunks}", stream)
	mux.HandleFunc("GET /events", events)
	mux.HandleFunc("GET /ws", echoMessages)
	mux.HandleFunc("GET /cookie", cookie)
	mux.HandleFunc("GET /session", countVisits)
	mux.Handle("GET /middleware", layered)
	mux.HandleFunc("GET /sleep/{ms}", sleep)
	mux.HandleFunc("GET /fanout/{n}", fanout)
	mux.HandleFunc("GET /cpu/{n}", cpu)
	mux.HandleFunc("GET /db", db)
	mux.HandleFunc("GET /db/queries/{n}", queries)
	mux.HandleFunc("GET /db/updates/{n}", updates)
	mux.HandleFunc("GET /fortunes", fortunes)
	mux.HandleFunc("GET /about", tellAbout)
	log.Fatal(http.ListenAndServe(":8000", mux))
}

func tellAbout(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, about())
}

// workers is how many threads run Go code at the same time: what other services do with processes.
func workers() int {
	n, err := strconv.Atoi(os.Getenv("WORKERS"))
	if err != nil {
		log.Fatal("WORKERS: ", err)
	}
	return n
}
