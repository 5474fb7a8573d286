import { createRandom, type Random, randomBetween } from '@restage/pixels';
import type { SceneSubject } from './tuning-set.ts';

const wave = (at: number) => Math.sin(at * Math.PI * 2);

/** Somebody on a scooter, its stem and wheels thin. */
function scooter(): string {
  return `<path d="M470 640 L760 640" stroke="#2c3e50" stroke-width="14"/><path d="M760 640 L720 380 M690 372 L752 388" stroke="#8e9aa6" stroke-width="9" fill="none"/>
    <circle cx="478" cy="656" r="26" fill="none" stroke="#22252a" stroke-width="9"/><circle cx="768" cy="656" r="26" fill="none" stroke="#22252a" stroke-width="9"/>
    <path d="M556 330 Q600 300 648 330 L660 470 L560 474Z" fill="#d9a441"/><path d="M566 466 L548 560 L556 630 L588 630 L586 562 L612 482 L640 560 L650 630 L682 630 L672 556 L652 462Z" fill="#334a6b"/>
    <path d="M640 340 L690 400 L712 382" stroke="#c58f3a" stroke-width="24" fill="none" stroke-linejoin="round"/><circle cx="714" cy="382" r="12" fill="#c9946f"/>
    <ellipse cx="604" cy="276" rx="34" ry="42" fill="#c9946f"/><path d="M566 272 Q566 222 606 222 Q648 224 644 268Z" fill="#e6e8ea"/>`;
}

/** A kite with ribbons for a tail. */
function kite(random: Random): string {
  const ribbons = Array.from({ length: 7 }, (_, n) => {
    const [x, y] = [640 - n * 22, 470 + n * 30];
    return `<path d="M${x} ${y} l${randomBetween(random, 18, 34)} ${randomBetween(random, -14, 4)} l-6 22Z" fill="${['#f2c230', '#d6453d', '#3f7cc4'][n % 3]}"/>`;
  });
  return `<path d="M640 120 L780 280 L640 460 L520 280Z" fill="#d6453d"/><path d="M640 120 L780 280 L640 280Z" fill="#f2c230"/><path d="M520 280 L640 280 L640 460Z" fill="#3f7cc4"/>
    <path d="M640 120 L640 460 M520 280 L780 280" stroke="#3a2a20" stroke-width="5"/><path d="M640 460 Q600 560 480 680" stroke="#f0ebe0" stroke-width="4" fill="none"/>${ribbons.join('')}`;
}

/** A music stand and a violin on it, in a dim room's own browns. */
function violin(): string {
  return `<path d="M640 420 L640 640 M640 600 L560 690 M640 600 L724 690" stroke="#3b3430" stroke-width="9" fill="none"/>
    <path d="M540 430 L744 430 L764 300 L520 300Z" fill="#6b5546"/><path d="M540 430 L744 430" stroke="#3b3430" stroke-width="10"/>
    <g transform="rotate(24 640 300)"><path d="M640 210 Q592 206 592 250 Q594 276 608 288 Q580 310 584 350 Q590 396 640 398 Q690 396 696 350 Q700 310 672 288 Q686 276 688 250 Q688 206 640 210Z" fill="#9a5a2c"/>
    <rect x="632" y="70" width="16" height="190" fill="#221712"/><path d="M640 60 Q620 44 634 34 Q652 30 650 50" stroke="#4a2e1c" stroke-width="9" fill="none"/><path d="M622 270 L622 330 M658 270 L658 330" stroke="#2a1a10" stroke-width="4"/></g>`;
}

/** Somebody who runs with a stroller. */
function runner(): string {
  const wheel = (x: number, radius: number) =>
    `<circle cx="${x}" cy="640" r="${radius}" fill="none" stroke="#25262b" stroke-width="9"/><circle cx="${x}" cy="640" r="5" fill="#888d94"/>`;
  return `<path d="M500 292 Q540 270 584 292 L596 430 L502 434Z" fill="#e2e6ea"/><path d="M506 428 L470 540 L400 600 L416 628 L510 566 L548 474 L590 560 L588 660 L622 660 L626 548 L592 426Z" fill="#30343f"/>
    <path d="M574 306 L640 380 L712 396" stroke="#c08a66" stroke-width="22" fill="none" stroke-linejoin="round"/><ellipse cx="548" cy="240" rx="33" ry="42" fill="#c08a66"/><path d="M510 238 Q506 190 552 188 Q592 192 584 232 L480 250Z" fill="#5a3520"/>
    <path d="M706 384 L740 520 L700 626 M740 520 L880 540 L900 626" stroke="#8b9199" stroke-width="9" fill="none"/><path d="M736 420 Q800 380 860 440 L884 540 L748 524Z" fill="#4f8a5c"/>${wheel(704, 40)}${wheel(902, 34)}`;
}

/** Somebody under an umbrella. */
function umbrella(): string {
  return `<path d="M440 300 Q470 150 640 140 Q810 150 840 300 Q800 270 760 300 Q700 262 640 300 Q580 262 520 300 Q480 270 440 300Z" fill="#b8323e"/><path d="M640 120 L640 430 Q640 456 662 452" stroke="#2a2624" stroke-width="8" fill="none"/>
    <path d="M560 400 Q610 372 664 400 L690 560 L548 560Z" fill="#4a5a46"/><path d="M566 556 L560 680 L596 680 L616 570 L640 680 L676 680 L668 556Z" fill="#2d3038"/><path d="M654 410 L640 450" stroke="#42513f" stroke-width="24"/>
    <ellipse cx="610" cy="346" rx="32" ry="40" fill="#c39273"/><path d="M576 346 Q572 300 612 300 Q650 302 642 350 Q620 322 596 330Z" fill="#2a1d16"/>`;
}

/** A goat with horns and a rope round its neck. */
function goat(): string {
  return `<path d="M450 420 Q470 350 600 354 L720 360 Q770 330 800 290 L846 300 Q850 370 800 430 L780 500 Q640 530 480 500 Q444 470 450 420Z" fill="#d8cfc0"/>
    <path d="M488 490 L480 668 M528 506 L532 668 M740 500 L736 668 M776 490 L784 668" stroke="#b9ad99" stroke-width="20"/><path d="M796 296 Q810 240 860 250 L912 300 Q900 322 850 318Z" fill="#c9bda8"/>
    <path d="M816 254 Q790 190 740 180 M836 250 Q820 180 776 156" stroke="#5a4d40" stroke-width="12" fill="none"/><path d="M452 420 L424 396 L440 440Z" fill="#c9bda8"/><path d="M856 322 L850 372 L868 326Z" fill="#e6dfd2"/><circle cx="862" cy="276" r="5" fill="#1a1512"/><path d="M806 330 Q826 350 846 330" stroke="#8a3a2a" stroke-width="8" fill="none"/>`;
}

/** Shots drawn when clean plates were added, to catch regressions. */
export const regressionSubjects: Readonly<Record<string, SceneSubject>> = {
  scooter: {
    body: scooter(),
    scene: 'city at golden hour',
    motion: (at) => ({ x: at * 300 - 150, y: wave(at * 3) * 3, rotation: wave(at * 2) * 1.5 }),
    camera: (at) => ({ x: at * 150 - 75, y: wave(at * 1.4) * 3 }),
  },
  kite: {
    body: kite(createRandom(61)),
    scene: 'sky, cloudy day',
    motion: (at) => ({ x: wave(at) * 90, y: wave(at * 2) * 24, rotation: wave(at + 0.1) * 9 }),
    camera: (at) => ({ x: wave(at * 1.3) * 5, y: wave(at * 1.9 + 0.3) * 4 }),
  },
  violin: {
    body: violin(),
    scene: 'cosy room',
    motion: (at) => ({ x: 35 - at * 70, y: 0, rotation: wave(at) }),
  },
  runner: {
    body: runner(),
    scene: 'forest, day',
    motion: (at) => ({ x: at * 260 - 130, y: Math.abs(wave(at * 3)) * -9, rotation: 0 }),
    camera: (at) => ({ x: at * 180 - 90, y: wave(at * 2.2) * 3 }),
  },
  umbrella: {
    body: umbrella(),
    scene: 'city at night, rain',
    motion: (at) => ({ x: at * 180 - 90, y: Math.abs(wave(at * 2)) * -6, rotation: wave(at * 2) }),
    camera: (at) => ({ x: wave(at * 1.6) * 5, y: wave(at * 2.4) * 4 }),
  },
  goat: {
    body: goat(),
    scene: 'mountains at dawn',
    motion: (at) => ({ x: 60 - at * 120, y: 0, rotation: wave(at * 2) }),
  },
};
