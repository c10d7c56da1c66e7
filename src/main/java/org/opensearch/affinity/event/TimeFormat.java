package org.opensearch.affinity.event;

import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.common.time.DateFormatter;
import org.opensearch.common.time.DateFormatters;
import org.opensearch.common.util.LocaleUtils;
import org.opensearch.index.mapper.DateFieldMapper;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How times are written in one field of an index. A date field reads them by the format and the locale of its mapping, as OpenSearch
 * does. Any other field gives numbers no unit: a number is taken for milliseconds since 1970, unless that is implausible and seconds
 * are not; other texts are ISO 8601. Immutable, thread-safe.
 */
public final class TimeFormat {
    /** Times before this one are implausible: the usual cause is a number of seconds in a field of milliseconds. */
    static final Instant FIRST_PLAUSIBLE = Instant.parse("1990-01-01T00:00:00Z");
    /** Times that are further ahead are implausible, in milliseconds. */
    static final long MAX_AHEAD_MS = 24 * 60 * 60 * 1000L;

    private static final Set<String> DATES = Set.of(DateFieldMapper.CONTENT_TYPE, DateFieldMapper.DATE_NANOS_CONTENT_TYPE);
    private static final Set<String> NUMBERS = Set.of("long", "unsigned_long", "double");
    private static final DateFormatter DEFAULT = DateFieldMapper.getDefaultDateTimeFormatter();
    /** A number that is not a year of four digits. */
    private static final Pattern NUMBER = Pattern.compile("(?![0-9]{4}$)-?[0-9]{1,19}(\\.[0-9]{1,19})?([eE]\\+?[0-9]{1,2})?");
    private static final BigDecimal MIN_MILLIS = BigDecimal.valueOf(FIRST_PLAUSIBLE.toEpochMilli());
    private static final BigDecimal MAX_MILLIS = BigDecimal.valueOf(Instant.parse("2200-01-01T00:00:00Z").toEpochMilli());
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);

    /** A date field without a format of its own. */
    static final TimeFormat OF_DATES = new TimeFormat(DEFAULT, true, false);
    private static final TimeFormat OF_NUMBERS = new TimeFormat(DEFAULT, false, true);
    private static final TimeFormat OF_OTHER_FIELDS = new TimeFormat(DEFAULT, false, false);

    private final DateFormatter formatter;
    private final boolean isDate;
    private final boolean isNumber;

    private TimeFormat(DateFormatter formatter, boolean isDate, boolean isNumber) {
        this.formatter = formatter;
        this.isDate = isDate;
        this.isNumber = isNumber;
    }

    /** Returns the format of a field, which an alias does not have itself. */
    public static TimeFormat of(MappedField field) {
        if (field.type() == null || DATES.contains(field.type()) == false) {
            return NUMBERS.contains(String.valueOf(field.type())) ? OF_NUMBERS : OF_OTHER_FIELDS;
        }
        Object format = field.definition().get("format");
        Object locale = field.definition().get("locale");
        DateFormatter own = format == null ? DEFAULT : DateFormatter.forPattern(format.toString());
        return new TimeFormat(locale == null ? own : own.withLocale(LocaleUtils.parse(locale.toString())), true, false);
    }

    /** The pattern of the format as mappings write it. */
    String pattern() {
        return formatter.pattern();
    }

    /**
     * Returns the instant of a time.
     *
     * @throws RuntimeException of several kinds if the text is no time in this format
     */
    public Instant parse(String text) {
        if (isDate == false && NUMBER.matcher(text).matches()) {
            return ofNumber(new BigDecimal(text));
        }
        return DateFormatters.from(formatter.parse(text), formatter.locale()).toInstant();
    }

    private static Instant ofNumber(BigDecimal number) {
        BigDecimal asSeconds = number.multiply(THOUSAND);
        BigDecimal millis = isPlausible(number) == false && isPlausible(asSeconds) ? asSeconds : number;
        // Outside of the range of instants it is in the far past or future all the same.
        return Instant.ofEpochMilli(millis.max(BigDecimal.valueOf(Long.MIN_VALUE)).min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue());
    }

    private static boolean isPlausible(BigDecimal millis) {
        return millis.compareTo(MIN_MILLIS) >= 0 && millis.compareTo(MAX_MILLIS) < 0;
    }

    /** Returns the text of an instant, as the field takes it in a JSON string. */
    String format(Instant time) {
        if (isNumber) {
            return Long.toString(time.toEpochMilli());
        }
        return isDate ? formatter.format(time.atZone(ZoneOffset.UTC)) : time.toString();
    }

    /**
     * Returns why events of a time are skipped; null for a plausible time.
     *
     * @param now epoch milliseconds
     */
    public static Event.SkipReason skipReason(Instant time, long now) {
        if (time.isBefore(FIRST_PLAUSIBLE)) {
            return Event.SkipReason.IMPLAUSIBLE_TIMESTAMP;
        }
        return time.isAfter(Instant.ofEpochMilli(now + MAX_AHEAD_MS)) ? Event.SkipReason.FUTURE_TIMESTAMP : null;
    }
}
