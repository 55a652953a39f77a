// Reads one JSON document on standard input, answers one on standard output: the carrier's own library judges signatures
// and writes TwiML.
const twilio = require("twilio");

let text = "";
process.stdin.on("data", (part) => (text += part));
process.stdin.on("end", () => {
  const { vectors } = JSON.parse(text);
  const signatures = vectors.map((v) => ({
    expected: twilio.getExpectedTwilioSignature(v.token, v.url, v.params),
    valid:
      v.body === undefined
        ? twilio.validateRequest(v.token, v.signature, v.url, v.params)
        : twilio.validateRequestWithBody(v.token, v.signature, v.url, v.body),
  }));

  const start = new twilio.twiml.VoiceResponse();
  const stream = start.start().stream({
    url: "wss://example.com/twilio/media",
    name: "fork",
    track: "both_tracks",
    statusCallback: "https://example.com/twilio/status?a=1&b=2",
  });
  stream.parameter({ name: "speaker", value: "Zoë <\"&'> 😀" });
  stream.parameter({ name: "empty", value: "" });
  start.say("Please hold & wait.");
  start.pause({ length: 5 });
  start.dial().number("+15551234567");
  start.stop().stream({ name: "fork" });
  start.redirect("https://example.com/next?x=1&y=2");

  const connect = new twilio.twiml.VoiceResponse();
  connect.connect().stream({ url: "wss://example.com/bot" });
  connect.play({ loop: 2 }, "https://example.com/beep.wav");
  connect.dial("+15557654321");
  connect.hangup();

  process.stdout.write(JSON.stringify({ signatures, start: start.toString(), connect: connect.toString() }));
});
