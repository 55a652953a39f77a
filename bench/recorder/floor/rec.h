/* Shared by the two "physical limit" recorders: RFC 6455 server side, Twilio media message,
   base64, mu-law, 8k -> 16k, level, WAV. Hand-written; nothing is allocated per frame. */
#pragma once
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <errno.h>
#include <math.h>

enum { RX = 16384 };   /* a scratch for one recv(2) */
typedef struct conn {
  int fd, file, open, closing;
  uint32_t rxlen;
  uint32_t outlen;
  uint64_t data;          /* bytes of audio in the file */
  int16_t last;           /* linear: previous input sample */
  int16_t hist[64];       /* fir: history */
  double rms;             /* last frame's level */
  uint64_t frames;
  int64_t seen;           /* when it was last woken, ms (--lowat: quiet ones are read by a sweep) */
  uint8_t *rx;            /* left-over of an incomplete frame, or the handshake; NULL when there is none */
  uint8_t *out;           /* flush buffer */
} conn;

static const char *g_dir = "artifacts/bench/rec";
static uint32_t g_flush = 0;      /* bytes gathered before a write(2); 0 = a write per frame */
static int g_lowat = 0;           /* SO_RCVLOWAT: wake only when so many bytes are there */
static int g_poll = 0;            /* no readiness at all: read every socket once in so many ms */
static int g_fir = 0;             /* 0 linear, 1 half-band FIR (32 taps on the odd phase) */
static int16_t g_ulaw[256];
static uint8_t g_b64[256];
static int16_t g_h[32];

static void tables(void) {
  for (int i = 0; i < 256; i++) {
    int u = ~i & 255, e = (u >> 4) & 7, m = u & 15, v = (((m << 3) + 0x84) << e) - 0x84;
    g_ulaw[i] = (int16_t)((u & 0x80) ? -v : v);
  }
  memset(g_b64, 0, sizeof g_b64);
  const char *a = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 64; i++) g_b64[(uint8_t)a[i]] = (uint8_t)i;
  /* odd phase of a half-band interpolator: h(k) = sinc(k - 15.5) * Blackman, 16-bit */
  double s = 0, h[32];
  for (int k = 0; k < 32; k++) {
    double t = k - 15.5, w = 0.42 + 0.5 * cos(M_PI * t / 16) + 0.08 * cos(2 * M_PI * t / 16);
    h[k] = sin(M_PI * t) / (M_PI * t) * w; s += h[k];
  }
  for (int k = 0; k < 32; k++) g_h[k] = (int16_t)lrint(h[k] / s * 16384);
}

/* SHA-1, for the handshake only */
static void sha1(const uint8_t *msg, size_t n, uint8_t out[20]) {
  uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  uint8_t buf[256] = {0};
  memcpy(buf, msg, n); buf[n] = 0x80;
  size_t tot = ((n + 8) / 64 + 1) * 64;
  for (int i = 0; i < 8; i++) buf[tot - 1 - i] = (uint8_t)((uint64_t)n * 8 >> (8 * i));
  for (size_t o = 0; o < tot; o += 64) {
    uint32_t w[80];
    for (int i = 0; i < 16; i++) w[i] = (uint32_t)buf[o+4*i] << 24 | buf[o+4*i+1] << 16 | buf[o+4*i+2] << 8 | buf[o+4*i+3];
    for (int i = 16; i < 80; i++) { uint32_t x = w[i-3]^w[i-8]^w[i-14]^w[i-16]; w[i] = x << 1 | x >> 31; }
    uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
    for (int i = 0; i < 80; i++) {
      uint32_t f, k;
      if (i < 20) { f = (b & c) | (~b & d); k = 0x5A827999; } else if (i < 40) { f = b ^ c ^ d; k = 0x6ED9EBA1; }
      else if (i < 60) { f = (b & c) | (b & d) | (c & d); k = 0x8F1BBCDC; } else { f = b ^ c ^ d; k = 0xCA62C1D6; }
      uint32_t t = (a << 5 | a >> 27) + f + e + k + w[i]; e = d; d = c; c = b << 30 | b >> 2; b = a; a = t;
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e;
  }
  for (int i = 0; i < 5; i++) for (int j = 0; j < 4; j++) out[4*i+j] = (uint8_t)(h[i] >> (24 - 8*j));
}

/* returns the length of the answer written to ans, 0 when the head is not complete, -1 when it is no upgrade */
static int handshake(uint8_t *rx, uint32_t rxlen, char *ans, uint32_t *used) {
  uint8_t *e = memmem(rx, rxlen, "\r\n\r\n", 4);
  if (!e) return 0;
  *used = (uint32_t)(e - rx) + 4;
  char *k = memmem(rx, rxlen, "Sec-WebSocket-Key: ", 19);
  if (!k) return -1;
  char in[64]; memcpy(in, k + 19, 24); memcpy(in + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
  uint8_t d[21] = {0}; sha1((uint8_t *)in, 60, d);
  const char *a = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char acc[32]; int n = 0;
  for (int i = 0; i < 21; i += 3) { uint32_t v = d[i] << 16 | d[i+1] << 8 | d[i+2]; acc[n++] = a[v >> 18]; acc[n++] = a[v >> 12 & 63]; acc[n++] = a[v >> 6 & 63]; acc[n++] = a[v & 63]; }
  acc[27] = '='; acc[28] = 0;
  return sprintf(ans, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", acc);
}

static void wav_header(uint8_t *h, uint32_t bytes) {
  memcpy(h, "RIFF", 4); *(uint32_t *)(h + 4) = 36 + bytes; memcpy(h + 8, "WAVEfmt ", 8);
  *(uint32_t *)(h + 16) = 16; *(uint16_t *)(h + 20) = 1; *(uint16_t *)(h + 22) = 1;
  *(uint32_t *)(h + 24) = 16000; *(uint32_t *)(h + 28) = 32000; *(uint16_t *)(h + 32) = 2; *(uint16_t *)(h + 34) = 16;
  memcpy(h + 36, "data", 4); *(uint32_t *)(h + 40) = bytes;
}

static void file_open(conn *c, const uint8_t *m, uint32_t n) {
  uint8_t *k = memmem(m, n, "\"callSid\":\"", 11);
  if (!k || c->file >= 0) return;
  char p[512]; snprintf(p, sizeof p, "%s/%.34s.wav", g_dir, (char *)k + 11);
  c->file = open(p, O_CREAT | O_TRUNC | O_WRONLY, 0644);
  uint8_t h[44]; wav_header(h, 0);
  if (write(c->file, h, 44) != 44) perror("write");
  c->out = malloc(g_flush + 1280);
}

static void file_close(conn *c) {
  if (c->file < 0) return;
  if (c->outlen && write(c->file, c->out, c->outlen) != c->outlen) perror("write");
  c->data += c->outlen; c->outlen = 0;
  uint8_t h[44]; wav_header(h, (uint32_t)c->data);
  if (pwrite(c->file, h, 44, 0) != 44) perror("pwrite");
  close(c->file); c->file = -1; free(c->out); c->out = 0;
}

/* one media message: payload -> 640 bytes of 16 kHz audio appended to c->out */
static inline int media(conn *c, const uint8_t *m, uint32_t n) {
  const uint8_t *k = memmem(m, n, "\"payload\":\"", 11);
  if (!k || c->file < 0) return 0;
  const uint8_t *s = k + 11, *end = m + n;
  int16_t x[192 + 64];
  int16_t *px = x + 32;
  uint32_t cnt = 0;
  while (s + 4 <= end && s[3] != '=' && cnt <= 189) {
    uint32_t v = g_b64[s[0]] << 18 | g_b64[s[1]] << 12 | g_b64[s[2]] << 6 | g_b64[s[3]];
    if (*s == '"') break;
    px[cnt] = g_ulaw[v >> 16]; px[cnt + 1] = g_ulaw[v >> 8 & 255]; px[cnt + 2] = g_ulaw[v & 255];
    cnt += 3; s += 4;
  }
  if (s + 4 <= end && s[3] == '=') {
    px[cnt++] = g_ulaw[(g_b64[s[0]] << 2 | g_b64[s[1]] >> 4) & 255];
    if (s[2] != '=') px[cnt++] = g_ulaw[(g_b64[s[1]] << 4 | g_b64[s[2]] >> 2) & 255];
  }
  int16_t *y = (int16_t *)(c->out + c->outlen);
  int64_t e = 0;
  for (uint32_t i = 0; i < cnt; i++) e += (int32_t)px[i] * px[i];
  c->rms = cnt ? sqrt((double)e / cnt) : 0;
  if (!g_fir) {
    int16_t last = c->last;
    for (uint32_t i = 0; i < cnt; i++) { y[2*i] = (int16_t)((last + px[i]) >> 1); y[2*i+1] = px[i]; last = px[i]; }
    c->last = last;
  } else {
    memcpy(px - 32, c->hist, 64);
    for (uint32_t i = 0; i < cnt; i++) {
      const int16_t *q = px + (int)i - 31;
      int32_t a = 0;
      for (int t = 0; t < 32; t++) a += q[t] * g_h[t];
      a = (a + 8192) >> 14;
      y[2*i] = q[15];
      y[2*i+1] = (int16_t)(a > 32767 ? 32767 : a < -32768 ? -32768 : a);
    }
    memcpy(c->hist, px + cnt - 32, 64);
  }
  c->outlen += cnt * 4; c->frames++;
  return 1;
}

/* unmask in place */
static inline void unmask(uint8_t *p, uint32_t n, uint32_t key) {
  uint64_t k = key | (uint64_t)key << 32; uint32_t i = 0;
  for (; i + 8 <= n; i += 8) { uint64_t v; memcpy(&v, p + i, 8); v ^= k; memcpy(p + i, &v, 8); }
  for (; i < n; i++) p[i] ^= (uint8_t)(key >> (8 * (i & 3)));
}

/* handles what is in p..p+n (left-over first); returns -1 when the connection has ended. send_() writes to the peer. */
static int send_(conn *c, const void *p, size_t n);
static void opened(conn *c);
static int consume(conn *c, uint8_t *p, uint32_t n) {
  uint8_t *end = p + n;
  if (!c->open) {
    char ans[512]; uint32_t used = 0; int a = handshake(p, n, ans, &used);
    if (a < 0) return -1;
    if (a > 0) { if (send_(c, ans, a)) return -1; c->open = 1; p += used; opened(c); }
  }
  while (c->open && end - p >= 6) {
    uint32_t len = p[1] & 127, h = 6; int op = p[0] & 15;
    if (len == 126) { if (end - p < 8) break; len = p[2] << 8 | p[3]; h = 8; }
    else if (len == 127) return -1;
    if (h + len > RX / 2) return -1;
    if ((uint32_t)(end - p) < h + len) break;
    uint32_t key; memcpy(&key, p + h - 4, 4);
    uint8_t *m = p + h; unmask(m, len, key);
    if (op == 1) {
      if (len > 16 && !memcmp(m, "{\"event\":\"media\"", 16)) {
        if (media(c, m, len) && c->outlen > g_flush) {
          if (write(c->file, c->out, c->outlen) != c->outlen) perror("write");
          c->data += c->outlen; c->outlen = 0;
        }
      } else if (len > 16 && !memcmp(m, "{\"event\":\"start\"", 16)) file_open(c, m, len);
      else if (len > 15 && !memcmp(m, "{\"event\":\"stop\"", 15)) file_close(c);
    } else if (op == 9 || op == 8) {
      uint8_t f[128]; f[0] = 0x80 | (op == 9 ? 10 : 8); f[1] = (uint8_t)len; memcpy(f + 2, m, len);
      if (send_(c, f, len + 2) || op == 8) return -1;
    }
    p += h + len;
  }
  c->rxlen = (uint32_t)(end - p);
  if (c->rxlen) { if (!c->rx) c->rx = malloc(RX / 2); if (c->rxlen > RX / 2) return -1; memmove(c->rx, p, c->rxlen); }
  else if (c->rx) { free(c->rx); c->rx = 0; }
  return 0;
}
