import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';

// FFmpeg would flood the worker's log; errors are returned as codes.
Log.setLevel(AV_LOG_QUIET);
