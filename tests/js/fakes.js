/** Stand-ins for what a browser gives: an answer whose body the test says piece by piece. */

const encoder = new TextEncoder();

/** A request that is answered with a stream of events; `say`, `push`, `end` and `fail` speak through it. */
export class FakeLine {
  requests = [];
  request = async (url, { signal }) => {
    this.requests.push(url);
    const body = new ReadableStream({ start: (controller) => (this.controller = controller) });
    signal.addEventListener("abort", () => this.controller.error(signal.reason));
    return new Response(body);
  };

  say(name, data, id) {
    this.push(eventText(name, data, id));
  }

  push(text) {
    this.controller.enqueue(encoder.encode(text));
  }

  end() {
    this.controller.close();
  }

  fail() {
    this.controller.error(new Error("cut"));
  }
}

/** An event as the server writes it. */
export function eventText(name, data, id) {
  return `${id ? `id: ${id}\n` : ""}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Lets what waits on promises alone happen. */
export function settled() {
  return new Promise((resolve) => setImmediate(resolve));
}
