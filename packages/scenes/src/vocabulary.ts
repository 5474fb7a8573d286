/** Where the scene is; each place has a painter. */
export const places = {
  studio: ['studio', 'backdrop', 'seamless', 'cyclorama', 'infinity cove', 'plain background'],
  beach: ['beach', 'shore', 'coast', 'seaside', 'sand beach'],
  sea: ['sea', 'ocean', 'lake', 'water', 'waves', 'harbour', 'harbor', 'river'],
  desert: ['desert', 'dune', 'dunes', 'sahara', 'sand', 'mars'],
  mountains: [
    'mountain',
    'mountains',
    'alps',
    'alpine',
    'peaks',
    'peak',
    'hills',
    'valley',
    'canyon',
    'cliffs',
  ],
  forest: ['forest', 'woods', 'jungle', 'trees', 'woodland', 'park', 'garden', 'rainforest'],
  meadow: ['meadow', 'field', 'grass', 'grassland', 'prairie', 'lawn', 'countryside', 'flowers'],
  tundra: ['snowfield', 'arctic', 'antarctica', 'tundra', 'glacier', 'winter landscape', 'winter'],
  city: ['city', 'skyline', 'downtown', 'urban', 'skyscrapers', 'rooftop', 'metropolis', 'new york', 'tokyo'],
  neon: ['neon', 'cyberpunk', 'alley', 'nightclub', 'arcade', 'synthwave', 'club'],
  interior: [
    'room',
    'interior',
    'indoors',
    'office',
    'living room',
    'cafe',
    'café',
    'library',
    'kitchen',
    'bar',
    'restaurant',
    'loft',
    'house',
  ],
  stage: ['stage', 'concert', 'theatre', 'theater', 'spotlight', 'spotlights'],
  fire: ['fire', 'flames', 'flame', 'inferno', 'lava', 'bonfire', 'campfire', 'volcano', 'burning'],
  space: ['space', 'galaxy', 'nebula', 'cosmos', 'stars in space', 'outer space', 'universe'],
  underwater: ['underwater', 'reef', 'deep sea', 'aquarium', 'under water'],
  sky: ['sky', 'clouds above', 'heaven', 'in the clouds'],
} as const;
export type Place = keyof typeof places;

/** Time of day: decides the sky's colours and the position of sun or moon. */
export const times = {
  dawn: ['dawn', 'daybreak', 'early morning', 'sunrise'],
  day: ['day', 'noon', 'midday', 'daylight', 'daytime', 'morning', 'afternoon', 'sunny', 'summer'],
  golden: ['golden hour', 'golden', 'late afternoon', 'autumn', 'fall'],
  sunset: ['sunset', 'sundown', 'evening'],
  dusk: ['dusk', 'twilight', 'blue hour', 'nightfall'],
  night: ['night', 'midnight', 'moonlight', 'moonlit', 'moon', 'starry', 'nocturnal'],
} as const;
export type Time = keyof typeof times;

export const weathers = {
  clear: ['clear', 'cloudless', 'clear sky'],
  cloudy: ['clouds', 'cloudy', 'partly cloudy', 'cumulus'],
  overcast: ['overcast', 'grey sky', 'gray sky', 'gloomy weather'],
  storm: ['storm', 'stormy', 'thunderstorm', 'thunder', 'lightning', 'tempest'],
  rain: ['rain', 'rainy', 'raining', 'drizzle', 'wet', 'monsoon'],
  snow: ['snow', 'snowy', 'snowing', 'snowfall', 'blizzard'],
  fog: ['fog', 'foggy', 'mist', 'misty', 'haze', 'hazy', 'smoke', 'smoky', 'dust', 'dusty'],
  aurora: ['aurora', 'northern lights', 'borealis'],
} as const;
export type Weather = keyof typeof weathers;

/** How light falls on subject and scene. Directions are the viewer's. */
export const lights = {
  left: ['from the left', 'left light', 'lit from left', 'light from left', 'left side'],
  right: ['from the right', 'right light', 'lit from right', 'light from right', 'right side'],
  above: ['from above', 'overhead', 'top light', 'toplight'],
  behind: [
    'backlit',
    'backlight',
    'back light',
    'rim light',
    'rimlight',
    'silhouette',
    'contre-jour',
    'from behind',
  ],
  soft: ['soft', 'soft light', 'softbox', 'diffuse', 'diffused', 'gentle light'],
  hard: ['hard light', 'harsh', 'harsh light', 'direct light', 'spotlit'],
  warm: [
    'warm',
    'candlelight',
    'candle',
    'candlelit',
    'tungsten',
    'lamp light',
    'lamplight',
    'cosy',
    'cozy',
    'amber light',
  ],
  cool: ['cool', 'cold', 'fluorescent', 'icy', 'chilly'],
  bright: ['bright', 'high key', 'high-key', 'airy', 'luminous', 'brilliant'],
  dark: ['dark', 'low key', 'low-key', 'dim', 'shadowy', 'noir', 'chiaroscuro'],
} as const;
export type Light = keyof typeof lights;

export const moods = {
  cinematic: ['cinematic', 'film', 'filmic', 'movie', 'epic', 'blockbuster'],
  vintage: ['vintage', 'retro', 'faded', 'nostalgic', 'old photo', 'analog', 'analogue', 'polaroid'],
  monochrome: ['black and white', 'black-and-white', 'monochrome', 'b&w', 'greyscale', 'grayscale'],
  vivid: ['vivid', 'vibrant', 'saturated', 'colourful', 'colorful', 'punchy', 'tropical'],
  muted: ['muted', 'desaturated', 'pastel', 'subdued', 'pale', 'melancholic', 'melancholy', 'bleak'],
  dreamy: ['dreamy', 'ethereal', 'magical', 'fantasy', 'romantic', 'whimsical', 'hazy glow'],
  horror: ['horror', 'creepy', 'eerie', 'sinister', 'spooky', 'haunted', 'ominous'],
} as const;
export type Mood = keyof typeof moods;

/** Materials of surfaces: they colour a studio's backdrop and the ground. */
export const materials = {
  concrete: ['concrete', 'cement', 'asphalt'],
  marble: ['marble', 'stone'],
  wood: ['wood', 'wooden', 'oak', 'timber'],
  brick: ['brick', 'bricks', 'terracotta'],
  velvet: ['velvet', 'curtain', 'curtains', 'silk', 'fabric', 'satin'],
  metal: ['metal', 'steel', 'chrome', 'industrial', 'iron'],
  paper: ['paper', 'canvas', 'plaster'],
} as const;
export type Material = keyof typeof materials;

/** Strength of the relighting and the grade. */
export const strengths = {
  subtle: ['subtle', 'subtly', 'slightly', 'slight', 'lightly', 'a little', 'natural'],
  strong: ['strong', 'strongly', 'dramatic', 'intense', 'heavy', 'extreme', 'bold'],
} as const;
export type Strength = keyof typeof strengths;

/** Colour names and their sRGB values; those of CSS where CSS has the name. */
export const colours = {
  red: '#d3222a',
  crimson: '#b0122f',
  orange: '#f07d1c',
  amber: '#f5a623',
  yellow: '#f2d22e',
  gold: '#d4a437',
  lime: '#8fce2f',
  green: '#2f9e44',
  emerald: '#0d8f63',
  olive: '#76752c',
  teal: '#128a8a',
  turquoise: '#2cc4bd',
  cyan: '#22c5e6',
  blue: '#2357c5',
  navy: '#152a5c',
  azure: '#3d96f0',
  indigo: '#3d2b9c',
  purple: '#7b2fb0',
  violet: '#8646d8',
  lavender: '#b39ddb',
  magenta: '#d62aa8',
  pink: '#f08bb4',
  rose: '#e05a86',
  coral: '#f5755f',
  peach: '#f7b58b',
  brown: '#75492a',
  beige: '#d9c7a7',
  cream: '#f1e6cd',
  white: '#f2f2f0',
  silver: '#b9bec4',
  grey: '#80838a',
  gray: '#80838a',
  charcoal: '#35383d',
  black: '#0c0d10',
} as const;
export type ColourName = keyof typeof colours;
