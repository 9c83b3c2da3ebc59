import type { ClipOptions, SampleOptions, VideoInput } from '../../ports.js';

/**
 * Containers that are read: what holds its own pictures. Playlists of files, text and whatever else ffmpeg takes for a
 * video stay out, so that no file can have another one read. Those of sound alone are known to be told by their name.
 */
const CONTAINERS =
  'mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,asf,flv,ogg,mxf,nut,rm,dv,ivf,h264,hevc,m4v,mjpeg,' +
  'mp3,wav,aac,flac';

/** A stream may come in pieces that its playlist names: these are fetched by the same protocols alone. */
const STREAM_CONTAINERS = `${CONTAINERS},hls`;

/** `file` is not among those of a stream, so that no playlist reaches what is on this machine. */
const PROTOCOLS = { file: 'file', stream: 'http,https,tcp,tls,httpproxy' } as const;

/**
 * Without a terminal, each error with its level in front. Errors alone: names and metadata of a file, which ffmpeg gives
 * at the level `info`, may look like any message.
 */
const MANNERS = ['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'repeat+level+error'];

/** Anamorphic pixels are made square, as players do. */
const SQUARE = "scale='round(iw*if(sar,sar,1))':ih:flags=bicubic+accurate_rnd+full_chroma_int+bitexact";

/** Ticks of a second in the times of frames: fine enough that a stream's own tick is seen in them. */
export const TICKS = 1e9;

/** Writes the time of each frame to descriptor 4. Deletes the metadata that a frame has, which are text of the file. */
const TIMES = [
  `settb=1/${TICKS}`,
  'metadata=mode=delete',
  'metadata=mode=add:key=sampled:value=1',
  "metadata=mode=print:key=sampled:file='pipe\\:4':direct=1",
].join();

/** Grants times that a float holds a little too low. */
const TINY = '1e-6';

/**
 * For one BMP file after another on stdout, errors on stderr, signs of life on descriptor 3 and times on descriptor 4.
 * A frame is taken when it is the first one of its period of source time, so that the mean distance is `every` at any
 * frame rate, and at one that varies.
 */
export function sampleArguments(
  input: VideoInput,
  { every, maxPixels, stallMs }: SampleOptions,
): readonly string[] {
  const period = (time: string): string => `floor(${time}/${every}+${TINY})`;
  const select = every === 0 ? '1' : `isnan(prev_selected_t)+gt(${period('t')},${period('prev_selected_t')})`;
  return [
    ...MANNERS,
    ...['-progress', 'pipe:3', '-stats_period', '5'],
    ...inputArguments(input, stallMs),
    ...['-max_pixels', String(maxPixels), '-i', input.url],
    // Neither the cover of a record nor anything but pictures.
    ...['-map', '0:V:0', '-an', '-sn', '-dn'],
    ...['-vf', `select='${select}',${TIMES},${SQUARE},setsar=1,format=bgr24`],
    ...['-fps_mode', 'passthrough', '-f', 'image2pipe', '-c:v', 'bmp', 'pipe:1'],
  ];
}

/** For ffprobe, which answers with a number of seconds or `N/A`. */
export function durationArguments(input: VideoInput): readonly string[] {
  return [
    ...['-v', 'quiet', ...inputArguments(input, 0)],
    ...['-show_entries', 'format=duration', '-of', 'csv=p=0', input.url],
  ];
}

/** One thread and nothing of the machine or the clock in the file: the same bytes each time. */
export function clipArguments({ input, script, clip }: ClipOptions, encoder: string): readonly string[] {
  const quality = encoder === 'libx264' ? ['-preset', 'veryfast', '-crf', '20'] : ['-q:v', '3'];
  return [
    ...MANNERS,
    ...inputArguments(input, 0),
    ...['-i', input.url, '-map', '0:V:0', '-an', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1'],
    ...['-vf', `${SQUARE},setsar=1,ass=${script},pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p`],
    ...['-fps_mode', 'vfr', '-c:v', encoder, ...quality, '-threads', '1', '-bitexact'],
    ...['-movflags', '+faststart', '-f', 'mp4', '-y', `file:${clip}`],
  ];
}

function inputArguments({ url }: VideoInput, stallMs: number): readonly string[] {
  const isFile = url.startsWith('file:');
  return [
    ...['-protocol_whitelist', isFile ? PROTOCOLS.file : PROTOCOLS.stream],
    ...['-format_whitelist', isFile ? CONTAINERS : STREAM_CONTAINERS],
    ...(isFile ? [] : ['-rw_timeout', String(Math.round(stallMs * 1000))]),
  ];
}
