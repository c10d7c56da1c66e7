/**
 * Profiles of users: what events make of them, how they are stored, read and erased.
 * <ul>
 * <li>{@link org.opensearch.affinity.profile.Profile} has the interests, the recent history and the marks by which each event counts
 * once; {@code RecentEffects} says what events did that may be read again. {@link org.opensearch.affinity.profile.Profile#apply} applies
 * an event: it skips duplicates ({@code History#isDuplicate}), and applies the limits of {@code EventLimits}.
 * <li>{@link org.opensearch.affinity.profile.Erasure#skipReason} keeps erased data out. {@code ForgetUserAction} and {@code
 * OptOutAction} store erasures, {@code ProfileRetention} deletes old profiles.
 * <li>{@code ProfileIndex} stores profiles; {@code ProfileCache} shares those that searches of this node read, {@code FollowedProfiles}
 * remembers those that followers wrote.
 * <li>{@code UseProfileAction} decides user and time-out of a search and calls {@code GetProfileAction}, which reads the profile of any user.
 * The caller decides what a late profile means. {@code ExplainProfileAction} is the permission to be shown by a search what is in a profile.
 * <li>{@code InterestSet} opens and merges interests.
 * </ul>
 */
package org.opensearch.affinity.profile;
