import { createRandom, type Random, randomBetween } from '@restage/pixels';

/** A subject's position at a moment of its shot: pixels of 1280×720 and degrees, relative to where it is drawn. */
interface Motion {
  readonly x: number;
  readonly y: number;
  readonly rotation: number;
}

/** A subject as SVG on 1280×720, opaque where it is, and how it moves; `at` is 0…1 over the shot. */
export interface Subject {
  readonly body: string;
  motion(at: number): Motion;
}

/** A subject before a scene painted from a prompt, with the camera's movement in pixels. */
export interface SceneSubject extends Subject {
  readonly scene: string;
  camera?(at: number): { readonly x: number; readonly y: number };
}

const wave = (at: number) => Math.sin(at * Math.PI * 2);

const range = (count: number) => Array.from({ length: count }, (_, n) => n);

function shade(id: string, from: string, to: string, angle = 20): string {
  return `<linearGradient id="${id}" gradientTransform="rotate(${angle})"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
}

function glow(id: string, from: string, to: string): string {
  return `<radialGradient id="${id}" cx="0.36" cy="0.3" r="0.85"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></radialGradient>`;
}

/** A sitter from the chest up, hair in loose strands, who leaves the frame below. */
function sitter(random: Random): string {
  const strands = range(230).map((n) => {
    const side = n % 2 === 0 ? -1 : 1;
    const start = randomBetween(random, 0, 1);
    const x = 640 + side * start * 118;
    const y = 150 + start * start * 110;
    const reach = randomBetween(random, 40, 110);
    const end = `${x + side * randomBetween(random, 30, 78) * (0.4 + start)} ${y + reach + randomBetween(random, 60, 210)}`;
    const bend = `${x + side * randomBetween(random, 20, 60)} ${y + reach * 0.3}`;
    const tone = ['#4a2a17', '#5d3720', '#6f4527'][n % 3];
    return `<path d="M${x} ${y} Q${bend} ${end}" stroke="${tone}" stroke-width="${randomBetween(random, 1, 4.5)}" fill="none"/>`;
  });
  return `<defs>${glow('skin', '#efc3a2', '#a8684a')}${shade('coat', '#2f5d62', '#173236')}</defs>
    <path d="M500 250 Q500 120 640 116 Q782 120 782 262 Q800 420 764 470 L516 470 Q482 400 500 250Z" fill="#543119"/>
    ${strands.join('')}
    <path d="M330 820 L330 720 Q350 540 520 512 L586 470 L586 430 L700 430 L700 470 L764 512 Q930 540 952 720 L952 820Z" fill="url(#coat)"/>
    <path d="M588 400 L588 486 Q644 540 698 486 L698 400Z" fill="#b87a58"/>
    <ellipse cx="642" cy="306" rx="98" ry="132" fill="url(#skin)"/>
    <path d="M540 286 Q560 160 650 160 Q746 166 746 290 Q726 214 640 208 Q566 212 540 286Z" fill="#5d3720"/>
    <ellipse cx="604" cy="300" rx="12" ry="7" fill="#2a211d"/><ellipse cx="684" cy="300" rx="12" ry="7" fill="#2a211d"/>
    <path d="M606 378 Q644 402 684 378" stroke="#8d3f3a" stroke-width="9" fill="none"/>`;
}

/** A plant in a pot: leaves on thin stems. */
function plant(random: Random): string {
  const leaves = range(15).map((n) => {
    const lean = (n - 7) * 11 + randomBetween(random, -6, 6);
    const length = randomBetween(random, 210, 330);
    const width = randomBetween(random, 26, 46);
    const tone = ['#3f7d3a', '#2e6633', '#579646'][n % 3];
    return `<g transform="translate(640 500) rotate(${lean})"><path d="M0 0 L0 ${-length * 0.6}" stroke="#6a7a3a" stroke-width="5"/>
      <path d="M0 ${-length * 0.45} Q${width} ${-length * 0.75} 0 ${-length} Q${-width} ${-length * 0.75} 0 ${-length * 0.45}Z" fill="${tone}"/></g>`;
  });
  return `<defs>${shade('pot', '#c8693f', '#7b3a22', 0)}</defs>${leaves.join('')}
    <path d="M540 490 L740 490 L716 668 L564 668Z" fill="url(#pot)"/><rect x="528" y="470" width="224" height="40" rx="8" fill="#d27a4e"/>`;
}

/** A bicycle: rims, spokes and tubes of a few pixels. */
function bicycle(): string {
  const wheel = (x: number) =>
    `<circle cx="${x}" cy="500" r="122" fill="none" stroke="#1b1c20" stroke-width="11"/><circle cx="${x}" cy="500" r="113" fill="none" stroke="#a9adb3" stroke-width="4"/>
    ${range(18)
      .map((n) => {
        const angle = (n / 18) * Math.PI * 2;
        return `<path d="M${x} 500 L${x + Math.cos(angle) * 112} ${500 + Math.sin(angle) * 112}" stroke="#c3c6ca" stroke-width="1.6"/>`;
      })
      .join('')}<circle cx="${x}" cy="500" r="12" fill="#55585e"/>`;
  return `${wheel(430)}${wheel(850)}
    <path d="M430 500 L560 330 L780 330 L610 500 L430 500 M560 330 L610 500 M540 290 L560 330 M780 330 L850 500 M780 330 L764 270" stroke="#c22f2b" stroke-width="15" stroke-linejoin="round" fill="none"/>
    <path d="M500 286 L590 286 L574 304 L510 300Z" fill="#2b211c"/>
    <path d="M764 270 L720 262 M764 270 L806 262 Q836 268 822 298" stroke="#22242a" stroke-width="11" fill="none"/>
    <circle cx="610" cy="500" r="30" fill="#3b3d42"/><path d="M610 500 L646 548 M630 552 L664 544" stroke="#3b3d42" stroke-width="8"/>`;
}

/** A ball out of focus. */
function ball(): string {
  return `<defs>${glow('ball', '#f6d24a', '#c4671d')}<filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="9"/></filter></defs>
    <g filter="url(#soft)"><circle cx="640" cy="380" r="170" fill="url(#ball)"/><path d="M500 320 Q640 420 786 300" stroke="#f7f0dd" stroke-width="22" fill="none"/></g>`;
}

/** A furry animal whose ears leave the frame above and whose body leaves it below. */
function animal(random: Random): string {
  const fur = range(420).map((n) => {
    const angle = (n / 420) * Math.PI * 2;
    const [x, y] = [640 + Math.cos(angle) * 255, 330 + Math.sin(angle) * 215];
    const reach = randomBetween(random, 14, 36);
    return `<path d="M${x} ${y} l${Math.cos(angle + 0.4) * reach} ${Math.sin(angle + 0.4) * reach}" stroke="${n % 3 === 0 ? '#d9b48a' : '#b98756'}" stroke-width="3"/>`;
  });
  return `<defs>${glow('fur', '#dcb88e', '#9a6a40')}</defs>
    <path d="M300 820 L300 720 Q330 470 640 460 Q950 470 990 720 L990 820Z" fill="#a87648"/>
    <path d="M420 240 L400 -60 L590 150Z" fill="#b98756"/><path d="M860 240 L884 -60 L690 150Z" fill="#b98756"/>
    <path d="M440 190 L428 0 L556 140Z" fill="#e2a394"/><path d="M840 190 L856 0 L726 140Z" fill="#e2a394"/>
    <ellipse cx="640" cy="330" rx="262" ry="222" fill="url(#fur)"/>${fur.join('')}
    <ellipse cx="550" cy="300" rx="40" ry="34" fill="#7ba05b"/><ellipse cx="550" cy="300" rx="12" ry="32" fill="#141412"/>
    <ellipse cx="732" cy="300" rx="40" ry="34" fill="#7ba05b"/><ellipse cx="732" cy="300" rx="12" ry="32" fill="#141412"/>
    <path d="M616 390 L666 390 L641 418Z" fill="#c9776f"/>
    ${range(8)
      .map((n) => {
        const side = n < 4 ? -1 : 1;
        return `<path d="M${641 + side * 50} ${420 + (n % 4) * 8} l${side * 210} ${((n % 4) - 1.5) * 34}" stroke="#f4efe6" stroke-width="2.2"/>`;
      })
      .join('')}`;
}

/** Somebody who walks, small and off the middle, dark trousers and a red jacket. */
function walker(): string {
  return `<defs>${shade('jacket', '#c9403a', '#7d1f22', 0)}</defs>
    <path d="M404 430 L372 560 L352 662 L380 664 L412 560 L430 480 L452 566 L474 664 L502 660 L478 540 L458 430Z" fill="#23283a"/>
    <path d="M340 664 L384 664 L384 678 L332 678Z" fill="#e9e6df"/><path d="M468 662 L510 660 L518 674 L470 678Z" fill="#e9e6df"/>
    <path d="M388 262 Q430 244 472 262 L486 350 L466 444 L398 444 L380 350Z" fill="url(#jacket)"/>
    <path d="M390 274 L352 356 L366 424" stroke="#a9332f" stroke-width="26" fill="none" stroke-linejoin="round"/>
    <path d="M472 274 L504 352 L540 400" stroke="#8a2626" stroke-width="26" fill="none" stroke-linejoin="round"/>
    <circle cx="366" cy="430" r="13" fill="#c98f6c"/><circle cx="544" cy="404" r="13" fill="#c98f6c"/>
    <ellipse cx="430" cy="212" rx="33" ry="42" fill="#d29a77"/><path d="M394 212 Q388 160 432 160 Q474 162 468 206 Q446 184 416 190Z" fill="#1d1714"/>`;
}

/** A lamp of the colours of what is behind it. */
function lamp(): string {
  return `<defs>${shade('shade', '#f1e4c6', '#b99b6b', 0)}</defs>
    <path d="M536 130 L748 130 L816 352 L470 352Z" fill="url(#shade)"/>
    <rect x="630" y="352" width="22" height="230" fill="#6a5236"/>
    <path d="M560 640 Q566 574 641 574 Q716 574 722 640Z" fill="#7d6242"/><rect x="548" y="636" width="186" height="18" rx="8" fill="#5d472e"/>`;
}

/** A bottle and a glass of dark colours. */
function bottle(): string {
  return `<defs>${shade('bottle', '#2c4a34', '#0d1a12', 0)}</defs>
    <path d="M560 120 L612 120 L612 262 Q676 300 676 380 L676 650 L498 650 L498 380 Q498 300 560 262Z" fill="url(#bottle)"/>
    <rect x="554" y="96" width="64" height="54" rx="6" fill="#6d1622"/><rect x="506" y="410" width="162" height="140" fill="#d9cfb4"/>
    <rect x="530" y="440" width="114" height="16" fill="#6d1622"/><rect x="530" y="474" width="114" height="8" fill="#3b352a"/>
    <path d="M750 430 L880 430 Q876 540 826 552 L826 634 L868 650 L762 650 L804 634 L804 552 Q754 540 750 430Z" fill="#5b1826"/>`;
}

/** Tuning subjects before the backgrounds of backgrounds.ts; none of them resembles the samples. */
export const tuningSubjects: Readonly<Record<string, Subject>> = {
  sitter: {
    body: sitter(createRandom(11)),
    motion: (at) => ({ x: wave(at) * 30, y: 0, rotation: wave(at + 0.2) * 2 }),
  },
  plant: {
    body: plant(createRandom(12)),
    motion: (at) => ({ x: at * 80 - 40, y: 0, rotation: wave(at) * 2 }),
  },
  bicycle: { body: bicycle(), motion: (at) => ({ x: at * 160 - 80, y: 0, rotation: 0 }) },
  ball: {
    body: ball(),
    motion: (at) => ({ x: at * 300 - 150, y: -Math.abs(wave(at)) * 90 + 40, rotation: at * 40 }),
  },
  animal: {
    body: animal(createRandom(15)),
    motion: (at) => ({ x: wave(at) * 24, y: wave(at + 0.25) * 8, rotation: 0 }),
  },
  walker: { body: walker(), motion: (at) => ({ x: at * 220, y: Math.abs(wave(at * 2)) * -8, rotation: 0 }) },
  lamp: { body: lamp(), motion: (at) => ({ x: at * 60 - 30, y: 0, rotation: 0 }) },
  bottle: { body: bottle(), motion: (at) => ({ x: 40 - at * 80, y: 0, rotation: 0 }) },
};
