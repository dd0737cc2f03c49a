// Middleware: three layers around one route, each of which adds a header.
package main

import "net/http"

var layered = layer("outer", layer("middle", layer("inner", http.HandlerFunc(hello))))

// layer adds its header before the next one answers: afterwards it would be too late.
func layer(name string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Layer", name)
		next.ServeHTTP(w, r)
	})
}
