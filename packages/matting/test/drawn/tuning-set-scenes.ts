import { createRandom, type Random, randomBetween } from '@restage/pixels';
import type { SceneSubject } from './tuning-set.ts';

const wave = (at: number) => Math.sin(at * Math.PI * 2);

/** A dog from the side, its coat shaggy. */
function dog(random: Random): string {
  const coat = Array.from({ length: 260 }, () => {
    const [x, y] = [randomBetween(random, 440, 800), randomBetween(random, 330, 490)];
    return `<path d="M${x} ${y} l${randomBetween(random, -14, -4)} ${randomBetween(random, 12, 34)}" stroke="#3b2a20" stroke-width="3"/>`;
  });
  return `<path d="M430 470 Q420 330 560 326 L770 330 Q850 250 880 236 L900 190 L930 240 Q1010 262 1004 300 Q960 330 900 326 Q860 400 842 470 L836 650 L790 650 L782 500 Q640 540 520 500 L500 650 L454 650 L450 500Z" fill="#5b4230"/>
    <path d="M440 380 Q360 330 330 250 Q372 300 450 340Z" fill="#4b3527"/>${coat.join('')}
    <path d="M880 236 Q850 300 880 330 Q900 300 904 246Z" fill="#3b2a20"/><circle cx="936" cy="268" r="7" fill="#0c0a08"/><circle cx="1000" cy="290" r="10" fill="#0c0a08"/>`;
}

/** A chair of four legs and a slatted back. */
function chair(): string {
  const slats = Array.from(
    { length: 5 },
    (_, n) => `<path d="M${530 + n * 52} 190 L${540 + n * 48} 410" stroke="#b5763f" stroke-width="14"/>`,
  );
  return `<path d="M510 170 L760 170 L760 204 L510 204Z" fill="#c98a50"/>${slats.join('')}
    <path d="M500 410 L780 410 L810 460 L470 460Z" fill="#d59a5f"/>
    <path d="M492 460 L470 670 M790 460 L812 670 M540 460 L536 620 M744 460 L750 620 M484 560 L800 560" stroke="#94602f" stroke-width="18"/>`;
}

/** A balloon on a string. */
function balloon(): string {
  return `<defs><radialGradient id="b" cx="0.35" cy="0.3" r="0.9"><stop offset="0" stop-color="#ff9ac0"/><stop offset="1" stop-color="#b81e5a"/></radialGradient></defs>
    <path d="M640 440 Q600 520 650 580 Q690 640 640 720" stroke="#f2ece2" stroke-width="4" fill="none"/>
    <ellipse cx="640" cy="270" rx="130" ry="160" fill="url(#b)"/><path d="M640 426 L622 452 L658 452Z" fill="#a21a4e"/>`;
}

/** A dancer, arms wide, who touches both sides of the frame with a scarf. */
function dancer(): string {
  return `<path d="M-20 300 Q240 200 480 300 T840 290 T1300 240 L1300 300 Q1060 340 840 340 T480 350 T-20 360Z" fill="#e8b23a"/>
    <path d="M600 240 Q640 226 690 240 L704 400 Q790 520 836 640 L450 640 Q520 500 590 400Z" fill="#7a2f8a"/>
    <path d="M604 256 L470 316 M688 256 L820 306" stroke="#c99070" stroke-width="28" stroke-linecap="round"/>
    <path d="M590 640 L584 710 M690 640 L700 710" stroke="#c99070" stroke-width="26"/>
    <ellipse cx="645" cy="178" rx="40" ry="50" fill="#d6a07e"/><path d="M602 176 Q596 116 646 114 Q698 116 690 182 Q664 150 628 150Z" fill="#221815"/><circle cx="646" cy="108" r="24" fill="#221815"/>`;
}

/** A guitar on its stand. */
function guitar(): string {
  return `<defs><radialGradient id="g"><stop offset="0" stop-color="#e9a552"/><stop offset="1" stop-color="#8a3f17"/></radialGradient></defs>
    <g transform="rotate(-12 640 420)"><rect x="622" y="60" width="34" height="330" fill="#3c2416"/><rect x="612" y="30" width="54" height="62" rx="8" fill="#2a180e"/>
    <path d="M639 350 Q560 340 560 410 Q560 450 530 490 Q500 640 639 650 Q778 640 748 490 Q718 450 718 410 Q718 340 639 350Z" fill="url(#g)"/>
    <circle cx="639" cy="450" r="38" fill="#1d110a"/><rect x="596" y="560" width="86" height="16" fill="#2a180e"/>
    <path d="M632 60 L632 566 M639 60 L639 566 M646 60 L646 566" stroke="#e6e1d6" stroke-width="1.6"/></g>`;
}

/** Tuning subjects before painted scenes; only the motion constants were tuned on them. */
export const tuningSceneSubjects: Readonly<Record<string, SceneSubject>> = {
  dog: {
    body: dog(createRandom(41)),
    scene: 'snow field, cloudy',
    motion: (at) => ({ x: at * 160 - 80, y: 0, rotation: 0 }),
  },
  chair: { body: chair(), scene: 'cosy room', motion: (at) => ({ x: at * 60 - 30, y: 0, rotation: 0 }) },
  balloon: {
    body: balloon(),
    scene: 'beach, clear day',
    motion: (at) => ({ x: wave(at) * 60, y: wave(at + 0.3) * 20, rotation: 0 }),
  },
  dancer: {
    body: dancer(),
    scene: 'city at dusk',
    motion: (at) => ({ x: wave(at) * 40, y: 0, rotation: wave(at) * 2 }),
  },
  guitar: { body: guitar(), scene: 'forest', motion: (at) => ({ x: at * 40, y: 0, rotation: wave(at) }) },
};
