/** Stand-ins for what a browser gives: an EventSource that the test speaks through. */

export class FakeEventSource extends EventTarget {
  /** @type {FakeEventSource[]} */
  static opened = [];
  closed = false;

  constructor(url) {
    super();
    this.url = url;
    FakeEventSource.opened.push(this);
  }

  close() {
    this.closed = true;
  }

  say(name, data, lastEventId = "") {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId }));
  }

  fail() {
    this.dispatchEvent(new Event("error"));
  }
}
