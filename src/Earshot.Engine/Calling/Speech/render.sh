#!/usr/bin/env bash
# Renders the built-in dialogues with espeak-ng and sox: two voices a language, 8 kHz mu-law, one file a side, both on one clock.
# Needs Debian's espeak-ng and sox. The output is committed: run this only to change what is said.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# say SIDE VOICE SPEED PITCH TEXT: appends the sentence to that side, and as much silence to the other.
say() {
  n=$((n + 1))
  espeak-ng -v "$2" -s "$3" -p "$4" -w "$work/raw.wav" "$5"
  sox -D "$work/raw.wav" -r 8000 -c 1 -b 16 "$work/$1.$n.wav" rate -v highpass 120 lowpass 3500 gain -n -9 pad 0.12 0.38
  local other=caller; [ "$1" = caller ] && other=other
  sox -D "$work/$1.$n.wav" "$work/$other.$n.wav" vol 0
}

# finish LANGUAGE: joins the sentences of both sides.
finish() {
  for side in caller other; do
    local parts=(); for i in $(seq 1 "$n"); do parts+=("$work/$side.$i.wav"); done
    sox -D "${parts[@]}" -r 8000 -c 1 -e mu-law "$work/$side.wav"
    mkdir -p "$1"; mv "$work/$side.wav" "$1/$side.wav"
  done
  rm -f "$work"/*.wav; n=0
}

n=0
en_caller() { say caller en-us+m3 165 45 "$1"; }
en_other() { say other en-gb+f3 165 60 "$1"; }
en_other "Good morning, this is the support desk. How can I help?"
en_caller "Hello. My router has three lights on and the fourth one stays dark."
en_other "Thank you. Could you read me the serial number on the back?"
en_caller "Yes, it says seven four one, nine two, delta."
en_other "I see it. Please press the small button for ten seconds."
en_caller "The lights go off, and now all four are green. Great!"
en_other "Wonderful. Have a nice day."
finish en

fr_caller() { say caller fr+m2 160 45 "$1"; }
fr_other() { say other fr+f2 160 60 "$1"; }
fr_other "Bonjour, service technique. Que puis-je faire pour vous ?"
fr_caller "Bonjour. La chaudière affiche le code d'erreur trente-deux."
fr_other "D'accord. Quelle est la pression sur le manomètre ?"
fr_caller "Elle est à un virgule deux bar, et elle baisse lentement."
fr_other "Ouvrez la vanne bleue pendant quelques secondes, s'il vous plaît."
fr_caller "Voilà, l'erreur a disparu. Merci beaucoup, au revoir."
finish fr
ls -l */*.wav
