// Posts bodies with Go's net/http; prints the status of each attempt, or the error.
//
// usage: client URL ATTEMPTS BYTES...
package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strconv"
)

func main() {
	attempts, _ := strconv.Atoi(os.Args[2])
	for _, size := range os.Args[3:] {
		count, _ := strconv.Atoi(size)
		body := bytes.Repeat([]byte("x"), count)
		for i := 0; i < attempts; i++ {
			answer, err := http.Post(os.Args[1], "application/json", bytes.NewReader(body))
			if err != nil {
				fmt.Println(err)
				continue
			}
			answer.Body.Close()
			fmt.Println(answer.StatusCode)
		}
	}
}
