import { createRandom, type Random, randomBetween } from '@restage/pixels';
import type { SceneSubject } from './tuning-set.ts';

const wave = (at: number) => Math.sin(at * Math.PI * 2);

/** Somebody on a board, knees bent, a scarf behind. */
function skater(): string {
  return `<path d="M560 300 Q500 280 430 300 Q480 318 556 330Z" fill="#d8c23f"/>
    <path d="M556 300 Q600 276 650 296 L690 420 L640 470 L570 450Z" fill="#3f6f4f"/>
    <path d="M566 316 L500 380 L470 360 M640 316 L720 350 L760 320" stroke="#37624a" stroke-width="26" fill="none" stroke-linejoin="round"/>
    <path d="M580 440 L540 530 L566 620 L600 618 L584 536 L622 468 L680 520 L672 616 L706 618 L722 508 L660 430Z" fill="#4a4453"/>
    <path d="M548 612 L606 612 L606 632 L540 632Z M662 612 L720 612 L728 632 L662 632Z" fill="#e7e2d6"/>
    <path d="M500 634 Q520 648 540 648 L730 648 Q752 648 770 634" stroke="#7a4a2a" stroke-width="10" fill="none"/>
    <circle cx="556" cy="662" r="12" fill="#c8463c"/><circle cx="718" cy="662" r="12" fill="#c8463c"/>
    <rect x="594" y="256" width="34" height="44" fill="#b98362"/><ellipse cx="614" cy="232" rx="34" ry="42" fill="#c99171"/>
    <path d="M576 226 Q580 184 616 184 Q654 188 652 228Z" fill="#8a2f3a"/>`;
}

/** A boat with two sails. */
function boat(): string {
  return `<path d="M440 560 L860 556 Q840 630 790 640 L510 642 Q460 620 440 560Z" fill="#7c2f26"/>
    <path d="M444 572 L856 568" stroke="#ead9b8" stroke-width="8"/>
    <rect x="634" y="120" width="10" height="440" fill="#5c4630"/>
    <path d="M648 130 Q760 330 800 520 L650 530Z" fill="#efe7d6"/><path d="M628 160 Q540 360 470 526 L628 534Z" fill="#d8cbb2"/>
    <path d="M650 250 L716 262 M650 390 L762 402" stroke="#b7a98c" stroke-width="3"/><path d="M644 120 L700 104 L644 92Z" fill="#c4392f"/>`;
}

/** Somebody who speaks, from the waist up, a hand raised, who leaves the frame below. */
function speaker(): string {
  return `<defs><linearGradient id="jacket"><stop offset="0" stop-color="#5a5f6e"/><stop offset="1" stop-color="#363a46"/></linearGradient></defs>
    <path d="M400 820 L410 600 Q430 440 560 410 L740 410 Q860 440 880 600 L890 820Z" fill="url(#jacket)"/>
    <path d="M600 408 L650 560 L704 408Z" fill="#e4e6ea"/><path d="M642 440 L660 440 L668 560 L650 590 L634 560Z" fill="#7d2740"/>
    <rect x="606" y="340" width="88" height="84" fill="#a8704f"/><ellipse cx="650" cy="258" rx="84" ry="110" fill="#bd8460"/>
    <path d="M562 258 Q552 132 650 130 Q752 134 738 262 Q724 190 650 186 Q580 190 562 258Z" fill="#2a211d"/>
    <ellipse cx="618" cy="250" rx="10" ry="6" fill="#201814"/><ellipse cx="684" cy="250" rx="10" ry="6" fill="#201814"/><path d="M622 318 Q650 336 680 316" stroke="#74382f" stroke-width="8" fill="none"/>
    <path d="M470 640 L380 520 L360 400" stroke="#4b505d" stroke-width="58" fill="none" stroke-linejoin="round"/>
    <path d="M340 404 L332 330 M356 400 L354 316 M372 402 L376 326" stroke="#bd8460" stroke-width="15" stroke-linecap="round"/><circle cx="358" cy="396" r="30" fill="#bd8460"/>`;
}

/** A heron on thin legs. */
function heron(random: Random): string {
  const feathers = Array.from({ length: 60 }, () => {
    const [x, y] = [randomBetween(random, 520, 700), randomBetween(random, 360, 440)];
    return `<path d="M${x} ${y} l-${randomBetween(random, 20, 50)} ${randomBetween(random, 8, 22)}" stroke="#6f7f8f" stroke-width="3"/>`;
  });
  return `<path d="M452 470 Q520 340 650 350 Q740 356 748 410 Q720 470 600 476 Q520 480 452 470Z" fill="#93a3b3"/>${feathers.join('')}
    <path d="M730 390 Q800 330 760 260 Q730 200 790 170" stroke="#c3cad0" stroke-width="26" fill="none"/><ellipse cx="800" cy="168" rx="34" ry="20" fill="#d5dade"/>
    <path d="M826 160 L920 178 L826 182Z" fill="#d19a3a"/><path d="M786 156 Q740 150 700 172" stroke="#23282e" stroke-width="7" fill="none"/><circle cx="808" cy="164" r="4" fill="#14161a"/>
    <path d="M606 474 L600 570 L612 672 M650 470 L660 572 L650 672" stroke="#8a7440" stroke-width="8" fill="none"/>`;
}

/** A small car from the side. */
function car(): string {
  const wheel = (x: number) =>
    `<circle cx="${x}" cy="590" r="58" fill="#1b1c1f"/><circle cx="${x}" cy="590" r="30" fill="#b9bdc3"/>`;
  return `<path d="M320 580 Q318 500 400 480 L480 470 Q540 380 640 380 L740 384 Q820 400 862 472 L940 492 Q976 510 968 582Z" fill="#2f7f86"/>
    <path d="M516 468 Q560 404 630 404 L632 468Z M650 404 L736 408 Q790 424 816 468 L650 468Z" fill="#cfe0e4"/>
    <path d="M330 540 L964 540" stroke="#215b60" stroke-width="6"/><ellipse cx="950" cy="516" rx="16" ry="12" fill="#f5e9b8"/>${wheel(450)}${wheel(840)}`;
}

/** Shots drawn after tuning. The camera moves in three of them. */
export const validationSubjects: Readonly<Record<string, SceneSubject>> = {
  skater: {
    body: skater(),
    scene: 'city, clear day',
    motion: (at) => ({ x: at * 240 - 120, y: wave(at * 2) * 6, rotation: wave(at) * 3 }),
    camera: (at) => ({ x: wave(at * 1.7) * 6, y: wave(at * 2.3 + 0.2) * 5 }),
  },
  boat: {
    body: boat(),
    scene: 'sea at golden hour',
    motion: (at) => ({ x: at * 90 - 45, y: wave(at) * 8, rotation: wave(at) * 3 }),
  },
  speaker: {
    body: speaker(),
    scene: 'café',
    motion: (at) => ({ x: wave(at) * 14, y: wave(at * 2) * 4, rotation: wave(at + 0.3) * 2 }),
  },
  heron: {
    body: heron(createRandom(51)),
    scene: 'meadow at dawn',
    motion: (at) => ({ x: at * 110 - 55, y: 0, rotation: wave(at) * 2 }),
    camera: (at) => ({ x: at * 60 - 30, y: 0 }),
  },
  car: {
    body: car(),
    scene: 'desert',
    motion: (at) => ({ x: at * 50 - 25, y: wave(at * 3) * 3, rotation: 0 }),
    camera: (at) => ({ x: at * 170 - 85, y: wave(at) * 4 }),
  },
};
