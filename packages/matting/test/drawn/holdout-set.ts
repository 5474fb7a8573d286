import type { SceneSubject } from './tuning-set.ts';

const wave = (at: number) => Math.sin(at * Math.PI * 2);

/** A deer with antlers. */
function deer(): string {
  return `<path d="M470 430 Q480 360 600 366 L720 372 Q770 330 790 250 L836 250 Q846 340 800 440 L784 500 L780 660 L752 660 L744 520 L560 520 L548 660 L518 660 L512 520 Q466 500 470 430Z" fill="#8a6240"/>
    <path d="M784 262 Q790 214 830 210 L902 246 Q900 270 846 276Z" fill="#7a5436"/><path d="M470 430 L448 452 L470 470Z" fill="#e9dfd0"/>
    <path d="M800 214 L770 150 L776 96 M776 150 L736 120 M824 208 L836 140 L870 100 M838 144 L806 110" stroke="#4b3a2b" stroke-width="11" fill="none"/><circle cx="846" cy="234" r="6" fill="#15100c"/>`;
}

/** A singer at a microphone. */
function singer(): string {
  return `<path d="M560 300 Q640 270 724 300 L750 470 L800 720 L480 720 L536 470Z" fill="#a8324a"/>
    <path d="M570 312 L500 420 L600 372 M716 312 L800 250 L820 160" stroke="#c08a68" stroke-width="28" fill="none" stroke-linejoin="round"/>
    <rect x="622" y="236" width="44" height="60" fill="#b57f5e"/><ellipse cx="644" cy="190" rx="48" ry="62" fill="#c08a68"/>
    <path d="M588 300 Q560 120 646 116 Q736 120 706 300 Q700 190 644 160 Q590 190 588 300Z" fill="#4a1f16"/>
    <path d="M604 350 L606 720" stroke="#9aa0a8" stroke-width="8"/><ellipse cx="604" cy="330" rx="18" ry="24" fill="#2b2d33"/>`;
}

/** A hiker with a pack and a stick. */
function hiker(): string {
  return `<path d="M570 280 Q520 270 510 330 L514 450 Q540 470 576 456Z" fill="#c9762c"/>
    <path d="M570 270 Q620 250 668 272 L680 440 L576 452Z" fill="#3d5a80"/>
    <path d="M580 444 L560 560 L530 660 L566 668 L604 570 L626 470 L660 566 L690 668 L726 660 L690 540 L676 436Z" fill="#5f5a4c"/>
    <path d="M524 656 L574 664 L572 684 L516 682Z M684 664 L732 654 L744 676 L690 684Z" fill="#3a2a20"/>
    <path d="M650 296 L720 370 L770 360" stroke="#35506f" stroke-width="28" fill="none" stroke-linejoin="round"/><path d="M768 320 L800 672" stroke="#8a6a44" stroke-width="9"/>
    <circle cx="772" cy="358" r="14" fill="#b87f5c"/><ellipse cx="622" cy="216" rx="36" ry="44" fill="#c08a66"/><path d="M576 208 Q580 160 624 160 Q668 164 668 200 L690 208 L576 214Z" fill="#7d2f2a"/>`;
}

/** Shots that no change was ever based on. */
export const holdoutSubjects: Readonly<Record<string, SceneSubject>> = {
  deer: {
    body: deer(),
    scene: 'snowfield',
    motion: (at) => ({ x: at * 130 - 65, y: wave(at * 2) * 5, rotation: 0 }),
  },
  singer: {
    body: singer(),
    scene: 'stage',
    motion: (at) => ({ x: wave(at) * 26, y: wave(at * 2) * 5, rotation: wave(at + 0.2) * 3 }),
    camera: (at) => ({ x: at * 40, y: 0 }),
  },
  hiker: {
    body: hiker(),
    scene: 'mountains, day',
    motion: (at) => ({ x: at * 200 - 100, y: Math.abs(wave(at * 2)) * -8, rotation: wave(at * 2) }),
    camera: (at) => ({ x: at * 120 - 60 + wave(at * 2.7) * 4, y: wave(at * 2.1) * 4 }),
  },
};
