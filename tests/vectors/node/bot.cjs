// A bot on the npm package ws: answers every message in a way of its own, writes down all it is told, closes when asked.
// Standard output: the port, then at the end of each socket one JSON line of what it saw.
'use strict';
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket, request) => {
  const messages = [];
  socket.on('message', (data, isBinary) => {
    const text = data.toString('base64');
    messages.push((isBinary ? 'binary ' : 'text ') + text);
    let message = {};
    try { message = JSON.parse(data.toString('utf8')); } catch { /* kept as it came */ }
    const sid = message.streamSid;
    if (message.event === 'start') socket.send(`{ "event" : "media" ,\n "streamSid":"${sid}", "media":{"payload":"${Buffer.alloc(300000, 0x7e).toString('base64').replaceAll('/', '\\/')}"}}`);
    if (message.event === 'media') {
      socket.send(JSON.stringify({ event: 'media', streamSid: sid, media: { payload: message.media.payload } }));
      socket.send(JSON.stringify({ event: 'mark', streamSid: sid, mark: { name: `Zoë ${message.media.timestamp} 😀` } }));
      if (message.media.timestamp === '100') socket.send(`{"event":"clear","streamSid":"${sid}","unknown":[1,2,{}]}`);
      if (message.media.timestamp === '140') socket.send(Buffer.from([0, 255, 10, 13, 34]));
      if (message.media.timestamp === '160') socket.send('not JSON at all');
    }
    if (message.event === 'quit') socket.close(message.code, message.reason);
    if (message.event === 'break') socket.terminate();
  });
  socket.on('close', (code, reason) => {
    console.log(JSON.stringify({ url: request.url, headers: request.headers, messages, code, reason: reason.toString('utf8') }));
  });
});
process.stdin.on('end', () => process.exit(0)).resume();
