#!/bin/sh
# Measures Upsampler beside other resamplers and prints the table of bench/results/resampler.md.
# Needs: python3-numpy, sox, ffmpeg, gcc, libsoxr-dev, libspeexdsp-dev, libsamplerate0-dev, libswresample-dev. Further options go to measure.py.
set -e
cd "$(dirname "$0")/../.."
mkdir -p artifacts/resampler-quality
gcc -O3 -march=native -DWITH_SWR bench/resampler-quality/drivers/drv.c -o artifacts/resampler-quality/drv \
  -lspeexdsp -lsamplerate -lsoxr -lswresample -lavutil -lm -Wno-deprecated-declarations
dotnet build bench/resample-wav -c Release -v quiet --nologo
/usr/bin/python3 bench/resampler-quality/measure.py --list bench/resampler-quality/peers.list "$@"
dotnet bench/resample-wav/bin/Release/net10.0/resample-wav.dll --time
