/* Streams a WAV through a resampling library in 20 ms chunks (160 samples in), as a recorder would.
   drv LIB QUALITY in.wav out.wav     LIB: speex | src | soxr | swr | halfband | linear
   On stderr "note: lag N": output samples still owed after the last chunk, before flushing (algorithmic lag).
   gcc -O3 -march=native -DWITH_SWR drv.c -o drv -lspeexdsp -lsamplerate -lsoxr -lswresample -lavutil -lm */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <speex/speex_resampler.h>
#include <samplerate.h>
#include <soxr.h>
#ifdef WITH_SWR
#include <libswresample/swresample.h>
#include <libavutil/opt.h>
#include <libavutil/channel_layout.h>
#endif

static int16_t *in; static long n; static FILE *out; static long produced; static int quiet_until;
static void put(const int16_t *p, long k) { fwrite(p, 2, k, out); produced += k; }
static int16_t clip(float v) { v = rintf(v); return v > 32767 ? 32767 : v < -32768 ? -32768 : (int16_t)v; }
static void load(const char *f) {
  FILE *h = fopen(f, "rb"); fseek(h, 0, SEEK_END); long sz = ftell(h); rewind(h); uint8_t *b = malloc(sz); if (fread(b, 1, sz, h) != (size_t)sz) exit(1); fclose(h);
  long p = 12; while (p + 8 <= sz) { uint32_t s; memcpy(&s, b + p + 4, 4); if (!memcmp(b + p, "data", 4)) { in = (int16_t *)(b + p + 8); n = s / 2; return; } p += 8 + s + (s & 1); }
  exit(1);
}
static void header(void) {
  uint8_t h[44]; uint32_t d = (uint32_t)produced * 2; memcpy(h, "RIFF", 4); *(uint32_t *)(h+4) = 36 + d; memcpy(h+8, "WAVEfmt ", 8); *(uint32_t *)(h+16) = 16; *(uint16_t *)(h+20) = 1; *(uint16_t *)(h+22) = 1;
  *(uint32_t *)(h+24) = 16000; *(uint32_t *)(h+28) = 32000; *(uint16_t *)(h+32) = 2; *(uint16_t *)(h+34) = 16; memcpy(h+36, "data", 4); *(uint32_t *)(h+40) = d; rewind(out); fwrite(h, 1, 44, out);
}
/* half-band: even outputs are the inputs, odd ones a T-tap FIR; Kaiser window */
static double bessi0(double x) { double s = 1, t = 1; for (int k = 1; k < 60; k++) { t *= (x / (2 * k)) * (x / (2 * k)); s += t; } return s; }
static void halfband(int T, double beta) {
  float *h = aligned_alloc(64, sizeof(float) * T); double s = 0;
  for (int k = 0; k < T; k++) { double t = k - (T - 1) / 2.0, r = 2 * t / T; double w = bessi0(beta * sqrt(1 - r * r)) / bessi0(beta); h[k] = (float)(sin(M_PI * t) / (M_PI * t) * w); s += h[k]; }
  for (int k = 0; k < T; k++) h[k] /= (float)s;
  float *buf = aligned_alloc(64, sizeof(float) * (T + 160 + 64)); memset(buf, 0, sizeof(float) * (T + 160 + 64));
  int16_t y[320];
  for (long p = 0; p < n; p += 160) {
    int m = (int)(n - p < 160 ? n - p : 160);
    for (int i = 0; i < m; i++) buf[T - 1 + i] = in[p + i];
    for (int i = 0; i < m; i++) {
      const float *q = buf + i; float a0 = 0;
      for (int t = 0; t < T; t++) a0 += q[t] * h[t];
      y[2*i] = (int16_t)q[T/2 - 1]; y[2*i+1] = clip(a0);
    }
    put(y, 2 * m);
    memmove(buf, buf + m, sizeof(float) * (T - 1));
  }
}
int main(int c, char **v) {
  if (c < 5) return 2;
  load(v[3]); out = fopen(v[4], "wb"); uint8_t z[44] = {0}; fwrite(z, 1, 44, out);
  int16_t o[8192]; double q = atof(v[2]); long lag = 0;
  if (!strcmp(v[1], "speex")) {
    int e; SpeexResamplerState *s = speex_resampler_init(1, 8000, 16000, (int)q, &e);
    for (long p = 0; p < n; p += 160) { spx_uint32_t il = n - p < 160 ? n - p : 160, ol = 4096; speex_resampler_process_int(s, 0, in + p, &il, o, &ol); put(o, ol); }
    lag = speex_resampler_get_output_latency(s);
  } else if (!strcmp(v[1], "src")) {
    int e; SRC_STATE *s = src_new((int)q, 1, &e); float fi[160], fo[1024];
    for (long p = 0; p < n; p += 160) {
      int m = (int)(n - p < 160 ? n - p : 160); src_short_to_float_array(in + p, fi, m);
      SRC_DATA d = {.data_in = fi, .data_out = fo, .input_frames = m, .output_frames = 1024, .src_ratio = 2, .end_of_input = 0};
      src_process(s, &d); src_float_to_short_array(fo, o, d.output_frames_gen); put(o, d.output_frames_gen);
    }
    lag = 2 * n - produced; SRC_DATA d = {.data_in = fi, .data_out = fo, .output_frames = 1024, .src_ratio = 2, .end_of_input = 1};
    do { src_process(s, &d); src_float_to_short_array(fo, o, d.output_frames_gen); put(o, d.output_frames_gen); } while (d.output_frames_gen);
  } else if (!strcmp(v[1], "soxr")) {
    soxr_error_t e; soxr_quality_spec_t qs = soxr_quality_spec((unsigned long)q, 0); soxr_io_spec_t io = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I); soxr_runtime_spec_t rt = soxr_runtime_spec(1);
    soxr_t s = soxr_create(8000, 16000, 1, &e, &io, &qs, &rt); size_t il, ol;
    for (long p = 0; p < n; p += 160) { soxr_process(s, in + p, n - p < 160 ? n - p : 160, &il, o, 8192, &ol); put(o, ol); }
    lag = 2 * n - produced; do { soxr_process(s, 0, 0, 0, o, 8192, &ol); put(o, ol); } while (ol);
  }
#ifdef WITH_SWR
  else if (!strcmp(v[1], "swr")) {
    SwrContext *s = swr_alloc_set_opts(0, AV_CH_LAYOUT_MONO, AV_SAMPLE_FMT_S16, 16000, AV_CH_LAYOUT_MONO, AV_SAMPLE_FMT_S16, 8000, 0, 0);
    if (q > 0) av_opt_set_int(s, "filter_size", (int)q, 0);
    swr_init(s);
    for (long p = 0; p < n; p += 160) { const uint8_t *ip = (uint8_t *)(in + p); uint8_t *op = (uint8_t *)o; int k = swr_convert(s, &op, 8192, &ip, n - p < 160 ? n - p : 160); put(o, k); }
    lag = 2 * n - produced; uint8_t *op = (uint8_t *)o; int k = swr_convert(s, &op, 8192, 0, 0); if (k > 0) put(o, k);
  }
#endif
  else if (!strcmp(v[1], "halfband")) { halfband((int)q, c > 5 ? atof(v[5]) : 9); }
  else if (!strcmp(v[1], "linear")) { int16_t l = 0; for (long i = 0; i < n; i++) { o[0] = (l + in[i]) >> 1; o[1] = l = in[i]; put(o, 2); } }
  else return 2;
  header(); fclose(out); (void)quiet_until;
  fprintf(stderr, "note: lag %ld\n", lag);
}
