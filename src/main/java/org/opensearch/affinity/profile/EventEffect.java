package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event.SkipReason;

/**
 * What an event did when it was applied to a profile. Profiles keep the numbers of reasons: constants are only appended. Immutable.
 *
 * @param reason    why it changed no interest; null if it did
 * @param isRepeat  whether it changed an interest, and its item was in the history
 * @param isCounted whether stored progress counts the event already, so that it must not be counted again; nothing else is known of it
 */
public record EventEffect(SkipReason reason, boolean isRepeat, boolean isCounted) {
    /** It changed an interest, and its item was not in the history. */
    static final EventEffect PLAIN = new EventEffect(null, false, false);
    static final EventEffect REPEAT = new EventEffect(null, true, false);
    static final EventEffect COUNTED = new EventEffect(null, false, true);

    static EventEffect changing(boolean isRepeat) {
        return isRepeat ? REPEAT : PLAIN;
    }

    static EventEffect skipped(SkipReason reason) {
        return new EventEffect(reason, false, false);
    }

    /** Returns this effect, or that of an event that exceeds a limit; null for none. */
    EventEffect unless(SkipReason exceeded) {
        return exceeded == null ? this : skipped(exceeded);
    }

    /** The number by which {@link #of} knows an effect that is neither {@link #PLAIN} nor {@link #COUNTED}. */
    int code() {
        return isRepeat ? 0 : reason.ordinal() + 1;
    }

    /** A reason that only a later version knows counts as {@link SkipReason#DUPLICATE}. */
    static EventEffect of(int code) {
        SkipReason[] reasons = SkipReason.values();
        return code == 0 ? REPEAT : skipped(code <= reasons.length ? reasons[code - 1] : SkipReason.DUPLICATE);
    }
}
