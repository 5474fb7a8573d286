import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';

// FFmpeg would fill the log of whoever runs the worker; what matters comes back as a return code.
Log.setLevel(AV_LOG_QUIET);
