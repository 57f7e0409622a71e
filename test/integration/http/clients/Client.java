import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/**
 * Posts bodies with Java's HttpClient; prints the status of each attempt, or the error.
 *
 * usage: Client URL ATTEMPTS BYTES...
 */
class Client {
  public static void main(String[] args) {
    for (int size = 2; size < args.length; size++) {
      byte[] body = new byte[Integer.parseInt(args[size])];
      for (int attempt = 0; attempt < Integer.parseInt(args[1]); attempt++) {
        for (boolean expectContinue : new boolean[] {false, true}) {
          // Java 17 waits forever if the first answer is not 100.
          if (expectContinue && Runtime.version().feature() < 20) continue;
          try {
            HttpRequest request =
                HttpRequest.newBuilder(URI.create(args[0]))
                    .header("content-type", "application/json")
                    .expectContinue(expectContinue)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                    .build();
            HttpClient client = HttpClient.newHttpClient();
            System.out.println(
                client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
          } catch (Exception error) {
            System.out.println(error);
          }
        }
      }
    }
  }
}
